package dev.counterfoil.loadtest.fuzz;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Draws requests: each by the seed and its index alone, as far as what it asks for is there. Safe for all threads. */
final class Shots {
    private static final int VALID_PERCENT = 40;
    private static final int WEIGHT_OF_MONEY = 4;
    private static final Pattern SECRET = Pattern.compile("\"secret\":\"([^\"]*)\"");
    private static final Pattern PAGES = Pattern.compile(
            "POST .*/(redemptions|preview|lookup)|GET .*/(items|card-types)(/\\{[a-z]+})?|GET /v1/programs/\\{program}");
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final Contract contract;
    private final World world;
    private final Samples samples;
    private final String host;
    private final long seed;
    /** Operations that move money more often than others. */
    private final List<Route> weighted = new ArrayList<>();
    /** Those that are for pages too. */
    private final List<Route> pages = new ArrayList<>();

    /** @param host and port, for the header */
    Shots(Contract contract, World world, String host, long seed) {
        this.contract = contract;
        this.world = world;
        this.samples = new Samples(contract, world);
        this.host = host;
        this.seed = seed;
        for (Route route : contract.routes()) {
            int weight = route.movesValue() ? WEIGHT_OF_MONEY : 1;
            if (route.method().equals("POST") && route.template().endsWith("/redemptions")) {
                weight *= WEIGHT_OF_MONEY;
            }
            for (int i = 0; i < weight; i++) {
                weighted.add(route);
                if (PAGES.matcher(route.toString()).matches()) {
                    pages.add(route);
                }
            }
        }
    }

    /** @param left out of the mutations drawn, by place */
    Shot of(long index, List<Integer> left) {
        SplittableRandom random = random(index, 0);
        Guest guest = world.guest(random);
        Route route = Samples.pick(guest != null && guest.page() && !pages.isEmpty() ? pages : weighted, random);
        Draft draft = guest == null
                ? draft(route, world.key(route, random), index, random)
                : draft(route, guest, index, random);
        TreeMap<Integer, Mutation> drawn = new TreeMap<>();
        List<Mutation> mutations = mutations(random);
        for (int i = 0; i < mutations.size(); i++) {
            if (!left.contains(i)) {
                drawn.put(i, mutations.get(i));
            }
        }
        // Each has chances of its own, so that leaving one out changes no other.
        drawn.forEach((place, mutation) -> mutation.change().apply(draft, world, random(index, 1 + place)));
        return shot(index, draft, List.copyOf(drawn.values()), left);
    }

    /** One that means what it says, by {@code key}. */
    Shot valid(Route route, String key, long index) {
        return shot(index, draft(route, key, index, random(index, 0)), List.of(), List.of());
    }

    private static List<Mutation> mutations(RandomGenerator random) {
        List<Mutation> mutations = new ArrayList<>();
        if (random.nextInt(100) >= VALID_PERCENT) {
            do {
                mutations.add(Samples.pick(Samples.pick(Mutation.ALL, random), random));
            } while (mutations.size() < 4 && random.nextInt(3) == 0);
        }
        // What spoils the body comes before what frames it.
        mutations.sort(Comparator.comparing(Mutation::kind));
        return mutations;
    }

    private SplittableRandom random(long index, int part) {
        return new SplittableRandom((seed * GOLDEN ^ index) * GOLDEN + part);
    }

    private static Shot shot(long index, Draft draft, List<Mutation> mutations, List<Integer> left) {
        return new Shot(
                index,
                draft.route,
                mutations,
                left,
                draft.bytes(),
                draft.pieces,
                draft.headAt(),
                draft.answers,
                Math.max(draft.mostAnswers, draft.answers),
                draft.due,
                draft.ending,
                List.copyOf(draft.secrets),
                draft.trespasses);
    }

    private Draft draft(Route route, String key, long index, RandomGenerator random) {
        Draft draft = new Draft(route, target(route, index, random));
        draft.header("Host", host);
        draft.header("Authorization", "Bearer " + key);
        draft.secrets.add(key);
        for (Route.Parameter each : route.parameters()) {
            if (each.in().equals("header") && (each.required() || random.nextInt(20) == 0)) {
                draft.header(
                        each.name(),
                        each.name().equals("Idempotency-Key")
                                ? "fz-" + seed + "-" + index
                                : Draft.utf8(samples.sample(each.schema(), each.name(), random, 0)
                                        .asText()));
            }
        }
        if (!route.bodyType().isEmpty() && (route.bodyRequired() || random.nextInt(3) > 0)) {
            draft.header("Content-Type", route.bodyType());
            String body = samples.body(route, random);
            Matcher secret = SECRET.matcher(body);
            while (secret.find()) {
                draft.secrets.add(secret.group(1));
            }
            draft.body = Draft.utf8(body);
        }
        return draft;
    }

    /** As a page sends it, from an address of its own; or as another tenant does, for its own program or for this one. */
    private Draft draft(Route route, Guest guest, long index, RandomGenerator random) {
        Draft draft = draft(route, guest.key(), index, random);
        if (guest.isForeign()) {
            boolean own = random.nextBoolean();
            draft.trespasses = !own && route.template().contains("{program}");
            if (own) {
                draft.target = draft.target.replaceFirst("^/v1/programs/[^/?]+", "/v1/programs/" + guest.program());
            }
            return draft;
        }
        // Else all pages would be one guesser.
        draft.header(
                "X-Forwarded-For",
                "10.%d.%d.%d".formatted(random.nextInt(256), random.nextInt(256), random.nextInt(256)));
        if (!guest.origin().isEmpty()) {
            draft.header("Origin", guest.origin());
        }
        if (route.method().equals("POST")) {
            String secret = world.secret(random);
            String token = random.nextInt(3) == 0 ? "" : guest.token(world.account(random));
            draft.secrets.add(secret);
            draft.body = "{\"secret\":\"" + secret + "\""
                    + (route.template().endsWith("/lookup")
                            ? ""
                            : ",\"item\":\"" + world.item(random) + "\""
                                    + (token.isEmpty() ? "" : ",\"account_token\":\"" + token + "\""))
                    + "}";
        }
        return draft;
    }

    private String target(Route route, long index, RandomGenerator random) {
        String target = route.template();
        StringBuilder query = new StringBuilder();
        for (Route.Parameter each : route.parameters()) {
            if (each.in().equals("path")) {
                target = target.replace("{" + each.name() + "}", encoded(inPath(route, each, random)));
            } else if (each.in().equals("query") && (each.required() || random.nextInt(5) == 0)) {
                String value = each.name().equals("idempotency_key")
                        ? "fz-" + seed + "-" + random.nextLong(Math.max(index, 0) + 1)
                        : samples.sample(each.schema(), each.name(), random, 0).asText();
                query.append(query.length() == 0 ? '?' : '&')
                        .append(each.name())
                        .append('=')
                        .append(encoded(value));
            }
        }
        return target + query;
    }

    private String inPath(Route route, Route.Parameter parameter, RandomGenerator random) {
        return parameter.schema().has("enum")
                ? samples.sample(parameter.schema(), parameter.name(), random, 0)
                        .asText()
                : world.inPath(route, parameter, random);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
