package dev.counterfoil.ledger.aftersale;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.access.Issuer;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.CatalogEditor;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.catalog.Catalogs;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.catalog.Sale;
import dev.counterfoil.ledger.issuing.SettledUpTo;
import dev.counterfoil.ledger.redis.LedgerLimits;
import dev.counterfoil.ledger.redis.LedgerMetrics;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.secrets.RequestHash;
import dev.counterfoil.ledger.secrets.SecretFormat;
import dev.counterfoil.ledger.settlement.SettledBooks;
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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program with a card of 1,000 and 100 units of tea at ten each, sold through two ledgers, each with a connection of its own, as
 * two gateways have them. Nothing is settled: what is young is told by Redis alone.
 */
public final class Shop implements AutoCloseable {
    public static final Cell CELL = Cell.of("demo");
    public static final String CARD = "C%021d".formatted(1);

    final SecureRandom random = new SecureRandom();
    final RequestHash hash = new RequestHash(Pepper.of(List.of(Pepper.generate(random))));
    final Vertx vertx = Vertx.vertx();
    private final Ledgers servers = Ledgers.fresh();
    private final SettledBooks books = new SettledBooks(servers.database());
    private final List<RedisConnection> connections = List.of(Ledgers.connectRedis(), Ledgers.connectRedis());
    private final List<RedisLedger> ledgers =
            connections.stream().map(this::ledger).toList();
    private final AtomicInteger keys = new AtomicInteger();

    /** With limits on tea. */
    public Shop(Limits tea) {
        var issuer = await(new KeyStore(servers.database(), random).putIssuer(new Issuer("demo", "Demo")));
        CatalogEditor editor = new CatalogEditor(
                new CatalogStore(servers.database()), new CatalogPublisher(servers.database(), servers.redis()));
        var program = await(editor.createProgram(new ProgramDraft(
                "demo", issuer.id(), "Demo", ZoneId.of("Asia/Shanghai"), Mode.TEST, List.of("CNY"), Limits.NONE)));
        var type = await(editor.putCardType(
                "demo", new CardType("gift", "Gift", "CNY", 1_000, null, null, SecretFormat.CROCKFORD, 0)));
        var goods = await(editor.putItem(
                "demo", new Item("tea", "Tea", ItemKind.GOODS, Map.of("CNY", 10L), Sale.ALWAYS, tea, 0)));
        var codes = await(editor.putItem(
                "demo", new Item("video", "Video", ItemKind.CODE, Map.of("CNY", 10L), Sale.ALWAYS, Limits.NONE, 0)));
        post(
                TransactionType.ISSUE,
                new JsonObject(),
                new NewCardLeg(CARD, "A%015d".formatted(1), "1001", "gift:CNY", 1_000, CardState.ACTIVE, 0, "bt_1"));
        post(TransactionType.STOCKING, new JsonObject(), new StockLeg("tea", 100, 0, 0));
    }

    Shop() {
        this(Limits.NONE);
    }

    private RedisLedger ledger(RedisConnection connection) {
        return new RedisLedger(
                connection,
                LedgerLimits.standard(),
                asked -> Durability.DURABLE,
                cell -> 1,
                books,
                new LedgerMetrics(new SimpleMeterRegistry()),
                cell -> {});
    }

    /** The one or the other ledger, in turns. */
    public RedisLedger ledger(int turn) {
        return ledgers.get(turn % ledgers.size());
    }

    /** The catalogs, as a gateway reads them. */
    public Catalogs catalogs() {
        Catalogs catalogs = new Catalogs(servers.redis());
        await(catalogs.load());
        return catalogs;
    }

    AfterSale afterSale(Ledger ledger, ReversalPolicy policy) {
        return afterSale(ledger, policy, AfterSale.VALID);
    }

    AfterSale afterSale(Ledger ledger, ReversalPolicy policy, Duration validFor) {
        SettledUpTo settled = new SettledUpTo(vertx, servers.database(), Clock.systemUTC());
        return new AfterSale(vertx, ledger, books, settled, policy, AfterSale.COUNTED, validFor);
    }

    /** A key that was never used. */
    public IdempotencyKey key() {
        String name = "k" + keys.incrementAndGet();
        return new IdempotencyKey("cl_1", hash.idempotency("cl_1", null, name), hash.fingerprint(name));
    }

    @CanIgnoreReturnValue
    JournaledTransaction post(TransactionType type, JsonObject request, Leg... legs) {
        Outcome outcome = await(ledger(0).post(new Transaction(CELL, type, key(), "", null, List.of(legs), request)));
        assertThat(outcome).isInstanceOf(Posted.class);
        return ((Posted) outcome).transaction();
    }

    /** Five units of tea, paid by the card. */
    JournaledTransaction tea(Leg... more) {
        return redemption("tea", 5, new StockLeg("tea", -5, 0, 0), paysByCard(50, more), more);
    }

    /** A redemption of a line at ten each. */
    JournaledTransaction redemption(String sku, int quantity, Leg taken, Leg payer, Leg... more) {
        JsonObject line = new JsonObject()
                .put("item", sku)
                .put("quantity", quantity)
                .put("prices", new JsonObject().put("CNY", 10));
        List<Leg> legs = new ArrayList<>(List.of(taken, payer));
        legs.addAll(List.of(more));
        return post(
                TransactionType.REDEMPTION,
                new JsonObject().put("lines", new JsonArray().add(line)),
                legs.toArray(new Leg[0]));
    }

    /** The card pays; with a hold, what it pays is set aside. */
    static CardLeg paysByCard(long amount, Leg... hold) {
        return new CardLeg(
                        List.of(CARD),
                        null,
                        Set.of(CardState.ACTIVE),
                        true,
                        -1,
                        List.of(new Price("gift:CNY", amount)),
                        null,
                        null)
                .aside(hold.length == 0 ? 0 : Leg.ASIDE_AMOUNT);
    }

    long balance() {
        return await(ledger(0).card(CELL, List.of(CARD))).orElseThrow().balance();
    }

    long held() {
        return await(ledger(0).card(CELL, List.of(CARD))).orElseThrow().held();
    }

    long units() {
        byte[] units = await(servers.redis()
                .call(commands -> commands.hget(RedisKeys.bytes(RedisKeys.item(CELL, "tea")), RedisKeys.bytes("u"))));
        return Long.parseLong(RedisKeys.text(units));
    }

    /** What is in the pool of video, the next to be taken first. */
    List<String> pool() {
        return await(servers.redis()
                        .call(commands -> commands.lrange(RedisKeys.bytes(RedisKeys.codes(CELL, "video")), 0, -1)))
                .stream()
                .map(RedisKeys::text)
                .toList();
    }

    /** A counter of a limit, 0 where it is not there. */
    public long counted(String counter) {
        byte[] count =
                await(servers.redis().call(commands -> commands.get(RedisKeys.bytes(RedisKeys.quota(CELL, counter)))));
        return count == null ? 0 : Long.parseLong(RedisKeys.text(count));
    }

    /** How many transactions were ever posted. */
    public long sequence() {
        return await(ledger(0).recorded(CELL, key().record(), null)).sequence();
    }

    @Override
    public void close() {
        connections.forEach(RedisConnection::close);
        servers.close();
        await(vertx.close());
    }
}
