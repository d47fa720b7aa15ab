package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.testing.Ledgers.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.access.Issuer;
import dev.counterfoil.ledger.access.KeyPublisher;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.aftersale.AfterSale;
import dev.counterfoil.ledger.aftersale.Step;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.CatalogEditor;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.issuing.SettledUpTo;
import dev.counterfoil.ledger.redis.LedgerLimits;
import dev.counterfoil.ledger.redis.LedgerMetrics;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.rules.Portion;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.secrets.RequestHash;
import dev.counterfoil.ledger.secrets.SecretFormat;
import dev.counterfoil.ledger.settlement.SettledBooks;
import dev.counterfoil.ledger.settlement.SettlementSettings;
import dev.counterfoil.ledger.settlement.Settler;
import dev.counterfoil.ledger.testing.Ledgers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A cell in which everything is that a cell can have, and a ledger that learns of a new epoch as gateways do, by reading it. */
final class Sale implements AutoCloseable {
    static final Cell CELL = Cell.of("demo");
    private static final long FAR_MS = 4_000_000_000_123L;
    private static final Duration RECORDED = Duration.ofHours(48);

    final Ledgers servers = Ledgers.fresh();
    final RedisConnection redis;
    final SettledBooks books = new SettledBooks(servers.database());
    final RedisLedger ledger;
    final AfterSale afterSale;
    private final Vertx vertx = Vertx.vertx();
    private final SecureRandom random = new SecureRandom();
    private final RequestHash hash = new RequestHash(Pepper.of(List.of(Pepper.generate(random))));
    private final CatalogPublisher catalog;
    private final KeyPublisher keyPublisher;
    private final RedisConnection loading;
    private final SettledUpTo settled = new SettledUpTo(vertx, servers.database(), Clock.systemUTC());
    private Settler settler;
    private int keys;

    /** The epoch that the ledger knows, 0 where it looks for it. */
    private volatile long known;

    Sale() {
        this(Ledgers::connectRedis);
    }

    /** On another Redis. */
    Sale(Supplier<RedisConnection> connect) {
        redis = connect.get();
        loading = connect.get();
        catalog = new CatalogPublisher(servers.database(), redis);
        keyPublisher = new KeyPublisher(servers.database(), new KeyStore(servers.database(), random), redis);
        settler = settler();
        ledger = new RedisLedger(
                redis,
                LedgerLimits.standard(),
                asked -> Durability.DURABLE,
                cell -> known == 0 ? epoch() : known,
                books,
                new LedgerMetrics(new SimpleMeterRegistry()),
                cell -> settler.markDirty(cell));
        afterSale = new AfterSale(vertx, ledger, books, settled, ReversalPolicy.GENEROUS);
        var issuer = await(new KeyStore(servers.database(), random).putIssuer(new Issuer("acme", "Acme")));
        CatalogEditor editor = new CatalogEditor(new CatalogStore(servers.database()), catalog);
        var program = await(editor.createProgram(new ProgramDraft(
                "demo", issuer.id(), "Demo", ZoneId.of("Asia/Shanghai"), Mode.TEST, List.of("CNY"), Limits.NONE)));
        var tea = await(editor.putItem("demo", item("tea", ItemKind.GOODS)));
        var video = await(editor.putItem("demo", item("video", ItemKind.CODE)));
        var type = await(editor.putCardType(
                "demo", new CardType("gift", "Gift", "CNY", 1_000, null, null, SecretFormat.CROCKFORD, 0)));
    }

    private static Item item(String sku, ItemKind kind) {
        return new Item(sku, sku, kind, Map.of("CNY", 10L), dev.counterfoil.ledger.catalog.Sale.ALWAYS, Limits.NONE, 0);
    }

    private Settler settler() {
        return new Settler(
                servers.database(),
                redis,
                new SettlementSettings(2, 50, Duration.ofMillis(5), Duration.ofMillis(100), 100_000),
                new SimpleMeterRegistry(),
                Clock.systemUTC());
    }

    long epoch() {
        return Long.parseLong(servers.query("select epoch from cell").get(0));
    }

    /** The ledger goes on in the epoch that is now, as a gateway does until it looks again. */
    void keepEpoch() {
        known = epoch();
    }

    Rebuild rebuild() {
        return rebuild(step -> {});
    }

    Rebuild rebuild(Consumer<Rebuild.Step> reached) {
        return new Rebuild(
                servers.database(), loading, catalog, keyPublisher, RECORDED, (what, done, all) -> {}, reached);
    }

    /** Nothing is settled from here on. */
    void stopSettling() {
        settler.close();
    }

    /** Lets the books say that the cell has so many. */
    void deadLetters(int many) {
        servers.database().jdbi().useHandle(handle -> handle.execute("update cell set dead_letters = ?", many));
    }

    void startSettling() {
        settler.close();
        settler = settler();
        settler.start();
    }

    void awaitSettled(long sequence) {
        await(settled.await(CELL, sequence));
    }

    /** All kinds of things happen; returns the sequence of the last. */
    @CanIgnoreReturnValue
    long everything() {
        for (int n = 1; n <= 6; n++) {
            post(
                    TransactionType.ISSUE,
                    new NewCardLeg(
                            card(n),
                            "A%015d".formatted(n),
                            "100" + n,
                            "gift:CNY",
                            1_000,
                            n == 6 ? CardState.INACTIVE : CardState.ACTIVE,
                            n % 2 == 0 ? FAR_MS : 0,
                            "bt_1"));
        }
        post(TransactionType.REVERSAL, set(2, CardState.VOID, -1, 1_000));
        post(TransactionType.ADJUSTMENT, set(3, CardState.FROZEN, 0, 0));
        post(TransactionType.ADJUSTMENT, set(4, CardState.ACTIVE, 0, 0).givenTo("u:张三"));
        post(TransactionType.STOCKING, new StockLeg("tea", 100, 0, 0));
        stageCodes("c9", "c1", "c5", "c2");
        post(TransactionType.STOCKING, new CodesAddLeg("video", List.of("c9:k1.AAAA", "c1:k1.AAAA")));
        post(TransactionType.STOCKING, new CodesAddLeg("video", List.of("c5:k1.AAAA", "c2:k1.AAAA")));
        accounts();
        redemptions();
        return sequence();
    }

    private void accounts() {
        post(
                TransactionType.ADJUSTMENT,
                new AccountLeg("u:张三", "CNY", 1, 700, false, false, null, true)
                        .lots(FAR_MS + ":bonus:200;0:paid:500;")
                        .setting(Map.of("tier", "gold", "family", "f1")));
        post(TransactionType.ADJUSTMENT, new AccountLeg("u:张三", "points", 1, 90, false, false, null, null));
        post(TransactionType.ADJUSTMENT, new AccountLeg("u2", "CNY", 1, 50, false, false, true, null));
        post(TransactionType.ADJUSTMENT, new AccountLeg("u2", "CNY", -1, 50, false, false, null, null));
        post(
                TransactionType.ADJUSTMENT,
                new AccountLeg("u:张三", "CNY", -1, 30, false, false, null, null)
                        .lots("bonus")
                        .setting(Map.of("family", "")));
    }

    private void redemptions() {
        redeem(1, 5, false, quota("2026-11-27", 5, FAR_MS), quota("ever", 5, 0));
        JournaledTransaction bought = redeem(1, 5, false, quota("ever", 5, 0));
        reverse(bought, 2);
        redeem(1, 3, true);
        JournaledTransaction captured = redeem(4, 4, true);
        step(captured, new Step(Step.Kind.CAPTURE, new Portion(2L, Map.of(), null, null), false, null));
        step(withCode(true), Step.of(Step.Kind.RELEASE));
        withCode(true);
        withCode(false);
    }

    static String card(int n) {
        return "C%021d".formatted(n);
    }

    private static CardLeg set(int n, CardState state, int sign, long amount) {
        return new CardLeg(
                List.of(card(n)),
                null,
                Set.of(CardState.ACTIVE),
                true,
                sign,
                List.of(new Price("gift:CNY", amount)),
                null,
                state);
    }

    private static QuotaLeg quota(String day, long units, long expiresAtMs) {
        return new QuotaLeg(
                "per_account", QuotaLeg.keyOf("account", "tea", "u:张三", day), units, 1_000, 0, 0, expiresAtMs, false);
    }

    /** Units at ten each, held or not. */
    @CanIgnoreReturnValue
    JournaledTransaction redeem(int card, int units, boolean held, Leg... more) {
        List<Leg> legs = new ArrayList<>();
        legs.add(new StockLeg("tea", -units, 0, 0));
        legs.add(pays(card, 10L * units, held));
        legs.addAll(List.of(more));
        return redemption("tea", units, held, legs);
    }

    @CanIgnoreReturnValue
    private JournaledTransaction withCode(boolean held) {
        return redemption("video", 1, held, new ArrayList<>(List.of(new CodesLeg("video", 1), pays(1, 10, held))));
    }

    private static Leg pays(int card, long amount, boolean held) {
        return set(card, null, -1, amount).aside(held ? Leg.ASIDE_AMOUNT : 0);
    }

    private JournaledTransaction redemption(String item, long units, boolean held, List<Leg> legs) {
        if (held) {
            legs.add(new HoldLeg(3_600_000));
        }
        JsonObject line = new JsonObject()
                .put("item", item)
                .put("quantity", units)
                .put("prices", new JsonObject().put("CNY", 10));
        JsonObject request = new JsonObject().put("lines", new JsonArray().add(line));
        return posted(submit(key(), TransactionType.REDEMPTION, request, legs));
    }

    IdempotencyKey key() {
        String name = "k" + ++keys;
        return new IdempotencyKey("cl_1", hash.idempotency("cl_1", null, name), hash.fingerprint(name));
    }

    Outcome submit(IdempotencyKey key, TransactionType type, JsonObject request, List<Leg> legs) {
        return await(ledger.post(new Transaction(CELL, type, key, "", null, legs, request)));
    }

    @CanIgnoreReturnValue
    JournaledTransaction post(TransactionType type, Leg... legs) {
        return posted(submit(key(), type, new JsonObject(), List.of(legs)));
    }

    @CanIgnoreReturnValue
    JournaledTransaction reverse(JournaledTransaction of, long units) {
        return step(of, new Step(Step.Kind.REVERSAL, new Portion(units, Map.of(), null, null), false, "test"));
    }

    @CanIgnoreReturnValue
    JournaledTransaction step(JournaledTransaction of, Step step) {
        return posted(await(afterSale.post(key(), "", of, step)));
    }

    private static JournaledTransaction posted(Outcome outcome) {
        if (!(outcome instanceof Posted)) {
            throw new IllegalStateException(outcome.toString());
        }
        return ((Posted) outcome).transaction();
    }

    long sequence() {
        return await(ledger.recorded(CELL, new byte[16], null)).sequence();
    }

    private void stageCodes(String... ids) {
        for (String id : ids) {
            servers.database()
                    .jdbi()
                    .useHandle(handle -> handle.execute(
                            "insert into code (id, program, sku, hash, sealed, load) values (?, 'demo', 'video', ?, 'k1.AAAA', 'ld')",
                            id,
                            id.getBytes()));
        }
    }

    @Override
    public void close() {
        settler.close();
        loading.close();
        redis.close();
        servers.close();
        await(vertx.close());
    }
}
