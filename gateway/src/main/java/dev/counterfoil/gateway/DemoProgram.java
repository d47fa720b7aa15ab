package dev.counterfoil.gateway;

import dev.counterfoil.gateway.api.Backend;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.access.Client;
import dev.counterfoil.ledger.access.Issuer;
import dev.counterfoil.ledger.access.KeyDraft;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.access.KeyPublisher;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.CatalogChange;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.catalog.Sale;
import dev.counterfoil.ledger.embedded.DataDirectory;
import dev.counterfoil.ledger.issuing.BatchMaker;
import dev.counterfoil.ledger.issuing.MadeCard;
import dev.counterfoil.ledger.rules.Stocking;
import dev.counterfoil.ledger.secrets.DigitalCode;
import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The program that a first start makes, through the same doors as any other: two card types, two items, some cards, and
 * keys to try it with, in {@code demo.env}. That file is written last; a start that finds the demo half made completes it,
 * with new cards and new keys. Blocks.
 */
final class DemoProgram {
    static final String ID = "demo";
    static final String FILE = "demo.env";
    private static final Cell CELL = Cell.of(ID);
    private static final int GIFT_CARDS = 10;
    private static final int PASSES = 5;
    private static final int CODES = 50;

    private final Backend backend;
    private final KeyStore keyStore;
    private final KeyPublisher keyPublisher;
    private final DataDirectory data;
    private final SecureRandom random;

    DemoProgram(
            Backend backend, KeyStore keyStore, KeyPublisher keyPublisher, DataDirectory data, SecureRandom random) {
        this.backend = backend;
        this.keyStore = keyStore;
        this.keyPublisher = keyPublisher;
        this.data = data;
        this.random = random;
    }

    /** Makes what is missing, and sees to it that the file names {@code url}. */
    void ensure(String url) {
        String urlLine = "CF_URL=" + url;
        String kept = data.read(FILE).orElse("");
        if (kept.isEmpty()) {
            catalog();
            Catalog catalog = backend.catalogs().refresh(ID).await().orElseThrow();
            stock();
            data.write(FILE, urlLine + "\n" + keys() + cards(catalog));
        } else if (!kept.startsWith(urlLine + "\n")) {
            data.write(FILE, urlLine + kept.substring(kept.indexOf('\n')));
        }
    }

    private void catalog() {
        Issuer issuer = keyStore.putIssuer(new Issuer(ID, "Demo issuer")).await();
        applied(backend.editor()
                .createProgram(new ProgramDraft(
                        ID,
                        issuer.id(),
                        "Counterfoil demo",
                        ZoneId.of("Asia/Shanghai"),
                        Mode.TEST,
                        List.of("CNY", "points", "pick"),
                        Limits.NONE)));
        applied(backend.editor()
                .putCardType(
                        ID,
                        new CardType(
                                "gift-1000", "Gift card 1000", "CNY", 100_000, null, null, SecretFormat.CROCKFORD, 0)));
        applied(backend.editor()
                .putCardType(
                        ID,
                        new CardType(
                                "crab-pass",
                                "Crab pass, 4 picks",
                                "pick",
                                4,
                                365,
                                Set.of("crab-8"),
                                SecretFormat.CROCKFORD,
                                0)));
        applied(backend.editor()
                .putItem(
                        ID,
                        new Item(
                                "crab-8",
                                "Hairy crabs, box of 8",
                                ItemKind.GOODS,
                                Map.of("CNY", 29_800L, "pick", 1L),
                                Sale.ALWAYS,
                                new Limits(2L, null, null),
                                0)));
        applied(backend.editor()
                .putItem(
                        ID,
                        new Item(
                                "video-month",
                                "Video membership, one month",
                                ItemKind.CODE,
                                Map.of("CNY", 1_500L),
                                Sale.ALWAYS,
                                Limits.NONE,
                                0)));
    }

    /** Under fixed keys: a second try adds nothing. */
    private void stock() {
        IdempotencyKey stock = key("stock");
        var stocked = backend.posting()
                .post(CELL, stock, new Stocking(CELL, stock, "", "crab-8", 500))
                .await();
        List<DigitalCode> codes = new ArrayList<>();
        for (int i = 0; i < CODES; i++) {
            codes.add(new DigitalCode(SecretFormat.print(SecretFormat.CROCKFORD.make(random)), null, null));
        }
        var loaded =
                backend.codes().load(CELL, "video-month", codes, key("codes")).await();
    }

    private String cards(Catalog catalog) {
        List<MadeCard> gifts = batch(catalog.cardType("gift-1000").orElseThrow(), GIFT_CARDS);
        List<MadeCard> passes = batch(catalog.cardType("crab-pass").orElseThrow(), PASSES);
        StringBuilder lines = new StringBuilder();
        lines(lines, "CF_CARD", gifts);
        lines(lines, "CF_PASS", passes);
        return lines.toString();
    }

    /** The first is {@code CF_CARD_…}, the others {@code CF_CARD2_…} and so on. */
    private static void lines(StringBuilder lines, String name, List<MadeCard> cards) {
        for (int i = 0; i < cards.size(); i++) {
            String prefix = i == 0 ? name : name + (i + 1);
            lines.append(prefix)
                    .append("_NUMBER=")
                    .append(cards.get(i).number())
                    .append('\n');
            lines.append(prefix)
                    .append("_SECRET=")
                    .append(cards.get(i).secret())
                    .append('\n');
        }
    }

    private List<MadeCard> batch(CardType type, int count) {
        byte[] fresh = new byte[16];
        random.nextBytes(fresh);
        IdempotencyKey key = new IdempotencyKey(ID, fresh, fresh);
        BatchMaker.Started started = (BatchMaker.Started) backend.batches()
                .begin(CELL, type, count, CardState.ACTIVE, key)
                .await();
        List<MadeCard> cards =
                backend.batches().make(started.batch(), 0).await().cards();
        backend.batches().delivered(started.batch(), null).await();
        return cards;
    }

    private String keys() {
        Client storefront = keyStore.createClient(ID, "Demo storefront").await();
        Client issuer = keyStore.createClient(ID, "Demo issuer").await();
        return "CF_SECRET_KEY="
                + key(storefront, "demo storefront", Scope.REDEEM, Scope.LOOKUP, Scope.REVERSE, Scope.READ)
                + "\nCF_ISSUER_KEY="
                + key(issuer, "demo issuer", Scope.ISSUE, Scope.CATALOG, Scope.READ)
                + "\nCF_ADMIN_KEY="
                + key(issuer, "demo admin", Scope.ADMIN, Scope.ADJUST)
                + "\n";
    }

    private String key(Client client, String name, Scope... scopes) {
        return keyPublisher
                .create(new KeyDraft(client.id(), KeyKind.SECRET, Set.of(scopes), null, name, null, KeyTerms.NONE))
                .await()
                .text();
    }

    private IdempotencyKey key(String step) {
        return new IdempotencyKey(
                ID,
                backend.hash().idempotency(ID, null, "demo " + step),
                backend.hash().fingerprint("demo " + step));
    }

    private static <T> void applied(Future<CatalogChange<T>> change) {
        CatalogChange<T> result = change.await();
        if (result instanceof CatalogChange.Declined<T> declined) {
            throw new IllegalStateException("the demo cannot be made: " + declined.pointer() + " " + declined.detail());
        }
    }
}
