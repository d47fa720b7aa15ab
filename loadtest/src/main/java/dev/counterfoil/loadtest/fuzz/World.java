package dev.counterfoil.loadtest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.counterfoil.loadtest.IssuerApi;
import dev.counterfoil.loadtest.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What there is to ask for: cards, items, accounts and keys that are made before the first request, and ids that answers told.
 * Safe for all threads.
 */
final class World {
    /** Cards that may be frozen, voided and extended; nobody pays with them. */
    static final int SPARES = 60;

    private static final int CARDS = 400;
    private static final int ACCOUNTS = 500;
    private static final int MOST_IDS = 256;
    private static final String SPARE_PROGRAM = "fz-spare";
    private static final int GUEST_PERCENT = 12;
    private static final List<String> ITEMS =
            List.of("fz-goods", "fz-goods", "fz-goods", "fz-limited", "fz-scarce", "fz-service", "video-month");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final String program;
    private final List<String> keys;
    private final List<Guest> guests;
    private final List<IssuerApi.MadeCard> cards;
    private final List<IssuerApi.MadeCard> spares;
    private final Map<String, String> numbers = new HashMap<>();
    private final Map<String, List<String>> keysOfRoutes = new ConcurrentHashMap<>();
    private final Map<String, List<String>> ids = new ConcurrentHashMap<>();
    /** Whatever must never be seen again. */
    private final Set<String> secrets = ConcurrentHashMap.newKeySet();

    private World(
            String program,
            List<String> keys,
            List<Guest> guests,
            List<IssuerApi.MadeCard> cards,
            List<IssuerApi.MadeCard> spares) {
        this.program = program;
        this.keys = List.copyOf(keys);
        this.guests = List.copyOf(guests);
        this.cards = cards;
        this.spares = spares;
        cards.forEach(card -> numbers.put(card.secret(), card.number()));
        cards.forEach(card -> secrets.add(card.secret()));
        spares.forEach(card -> secrets.add(card.secret()));
        secrets.addAll(keys);
        guests.forEach(guest -> secrets.add(guest.key()));
    }

    /** Makes what is sold and what it is paid with. @param keys of the demo program, whoever may do what */
    static World prepare(Target target, List<String> keys, List<Guest> guests) {
        IssuerApi issuer = new IssuerApi(target, "fuzz");
        issuer.putItem("fz-goods", item("goods", ""));
        issuer.putItem("fz-limited", item("goods", ",\"limits\":{\"per_account_daily\":3}"));
        issuer.putItem("fz-scarce", item("goods", ""));
        issuer.putItem("fz-service", item("service", ""));
        issuer.stock("fz-goods", 10_000_000);
        issuer.stock("fz-limited", 1_000_000);
        issuer.stock("fz-scarce", 300);
        issuer.putCardType("fz-card", "{\"name\":\"Fuzz\",\"asset\":\"CNY\",\"face_value\":1000000}");
        return new World(
                target.program(),
                keys,
                guests,
                issuer.makeNumbered("fz-card", CARDS),
                issuer.makeNumbered("fz-card", SPARES));
    }

    /** One without a gateway, for tests. */
    static World imagined() {
        List<IssuerApi.MadeCard> cards = new ArrayList<>();
        for (int i = 0; i < CARDS; i++) {
            cards.add(new IssuerApi.MadeCard(Long.toString(1_000_000 + i), "AAAA-BBBB-CCCC-%04d-D".formatted(i)));
        }
        List<Guest> guests = List.of(
                new Guest("cf_pk_page_secret", "cl_page", "demo", true, Guests.SHOP, "", ""),
                new Guest("cf_sk_rival_secret", "cl_rival", "fz-rival", false, "", "", ""));
        return new World(
                "demo", List.of("cf_sk_one_secret", "cf_sk_two_secret"), guests, cards, cards.subList(0, SPARES));
    }

    private static String item(String kind, String more) {
        return "{\"name\":\"Fuzz\",\"kind\":\"" + kind + "\",\"prices\":[{\"asset\":\"CNY\",\"amount\":10}]" + more
                + "}";
    }

    /** What may stand for {@code name}; null: nothing that is known. @param like its schema, or an example */
    @Nullable
    JsonNode word(String name, JsonNode like, RandomGenerator random) {
        if (like.isContainerNode() && (like.isArray() || like.has("properties"))) {
            return null;
        }
        return switch (name) {
            case "secret" -> NODES.textNode(secret(random));
            case "number" -> NODES.textNode(spareNumber(random.nextInt(SPARES)));
            case "item", "sku" -> NODES.textNode(Samples.pick(ITEMS, random));
            case "account" -> NODES.textNode("u_" + random.nextInt(ACCOUNTS));
            // One of another tenant among them.
            case "client" ->
                guests.isEmpty()
                        ? null
                        : NODES.textNode(Samples.pick(guests, random).client());
            // What the demo's own administrator has, and may give.
            case "scopes" -> NODES.textNode(random.nextBoolean() ? "admin" : "adjust");
            case "programs" -> NODES.textNode(program);
            case "card_type" -> NODES.textNode("fz-card");
            case "asset" -> NODES.textNode(random.nextInt(10) == 0 ? "points" : "CNY");
            case "quantity", "count" -> NODES.numberNode(1 + random.nextInt(3));
            case "value", "delta" -> NODES.numberNode(1 + random.nextInt(50));
            case "face_value" -> NODES.numberNode(1_000);
            case "id" -> NODES.textNode("fz-p-" + random.nextInt(2));
            case "zone" -> NODES.textNode("Asia/Shanghai");
            case "reference" -> NODES.textNode("r-" + random.nextInt(10_000));
            case "code" -> NODES.textNode("C-" + Long.toString(random.nextLong(1L << 60), 36));
            case "expires_at", "closes_at" -> NODES.textNode("20%d-01-01T00:00:00Z".formatted(40 + random.nextInt(9)));
            case "opens_at" -> NODES.textNode("2020-01-01T00:00:00Z");
            default -> null;
        };
    }

    /** What stands for a parameter of the path in a request that means it. */
    String inPath(Route route, Route.Parameter parameter, RandomGenerator random) {
        boolean changes = !route.method().equals("GET");
        if (parameter.name().equals("program")) {
            return changes && route.template().endsWith("{program}") ? SPARE_PROGRAM : program;
        }
        String collection = route.collection(parameter.name());
        return switch (collection) {
            case "accounts" -> "u_" + random.nextInt(ACCOUNTS);
            // What requests change is nothing that others sell or make.
            case "items" -> route.method().equals("PUT") ? "fz-put-" + random.nextInt(50) : Samples.pick(ITEMS, random);
            case "card-types" -> route.method().equals("PUT") ? "fz-put-" + random.nextInt(50) : "fz-card";
            default -> id(collection, parameter.example(), random);
        };
    }

    /** An id that an answer told lately, else {@code example}. */
    private String id(String collection, String example, RandomGenerator random) {
        List<String> known = ids.getOrDefault(collection, List.of());
        synchronized (known) {
            return known.isEmpty() ? (example.isEmpty() ? "x" : example) : known.get(random.nextInt(known.size()));
        }
    }

    /** Remembers an id of {@code collection}. */
    void learn(String collection, String id) {
        List<String> known = ids.computeIfAbsent(collection, unused -> new ArrayList<>());
        synchronized (known) {
            if (known.size() < MOST_IDS) {
                known.add(id);
            } else {
                known.set((id.hashCode() & Integer.MAX_VALUE) % MOST_IDS, id);
            }
        }
    }

    String secret(RandomGenerator random) {
        return Samples.pick(cards, random).secret();
    }

    String numberOf(String secret) {
        return numbers.getOrDefault(secret, "1000000000000042");
    }

    String spareNumber(int index) {
        return spares.get(index).number();
    }

    List<String> keys() {
        return keys;
    }

    /** Whether this run needs the key of that id, so that no request may revoke it. */
    boolean needs(String id) {
        return keys.stream().anyMatch(key -> key.contains(id))
                || guests.stream()
                        .anyMatch(guest ->
                                guest.key().contains(id) || guest.signingKey().equals(id));
    }

    /** Whose request it is, where it is not one of the demo program's servers; mostly null. */
    @Nullable
    Guest guest(RandomGenerator random) {
        return guests.isEmpty() || random.nextInt(100) >= GUEST_PERCENT ? null : Samples.pick(guests, random);
    }

    String program() {
        return program;
    }

    String item(RandomGenerator random) {
        return Samples.pick(ITEMS, random);
    }

    String account(RandomGenerator random) {
        return "u_" + random.nextInt(ACCOUNTS);
    }

    String anyKey(RandomGenerator random) {
        return Samples.pick(keys, random);
    }

    /** One that {@code route} admits; any where none is known to be. */
    String key(Route route, RandomGenerator random) {
        return Samples.pick(keysOfRoutes.getOrDefault(route.toString(), keys), random);
    }

    void admits(Route route, List<String> admitted) {
        if (!admitted.isEmpty()) {
            keysOfRoutes.put(route.toString(), List.copyOf(admitted));
        }
    }

    /** A secret that an answer delivered. */
    void keepFromSight(String secret) {
        boolean unused = secrets.add(secret);
    }

    Set<String> secrets() {
        return secrets;
    }
}
