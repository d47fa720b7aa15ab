package dev.counterfoil.ledger.aftersale;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.access.Issuer;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.catalog.CatalogEditor;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.catalog.Sale;
import dev.counterfoil.ledger.issuing.SettledUpTo;
import dev.counterfoil.ledger.redis.LedgerLimits;
import dev.counterfoil.ledger.redis.LedgerMetrics;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.rules.Portion;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.secrets.RequestHash;
import dev.counterfoil.ledger.settlement.SettledBooks;
import dev.counterfoil.ledger.settlement.SettlementSettings;
import dev.counterfoil.ledger.settlement.Settler;
import dev.counterfoil.ledger.testing.Ledgers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What follows a redemption when Redis has forgotten what followed before, and when several processes sweep. */
class AfterSaleIT {
    private static final Cell CELL = Cell.of("demo");
    private static final String CARD = "C%021d".formatted(1);
    private static final Duration COUNTED = Duration.ofSeconds(2);

    private final SecureRandom random = new SecureRandom();
    private final RequestHash hash = new RequestHash(Pepper.of(List.of(Pepper.generate(random))));
    private final Vertx vertx = Vertx.vertx();
    private final Ledgers servers = Ledgers.fresh();
    private final SettledBooks books = new SettledBooks(servers.database());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Settler settler =
            new Settler(servers.database(), servers.redis(), SettlementSettings.DEFAULTS, meters, Clock.systemUTC());
    private final RedisLedger ledger = new RedisLedger(
            servers.redis(),
            LedgerLimits.standard(),
            asked -> Durability.DURABLE,
            cell -> 1,
            books,
            new LedgerMetrics(meters),
            this::posted);
    private final SettledUpTo settled = new SettledUpTo(vertx, servers.database(), Clock.systemUTC());
    private final AfterSale afterSale =
            new AfterSale(vertx, ledger, books, settled, ReversalPolicy.GENEROUS, COUNTED, Duration.ofSeconds(1));
    private int keys;
    private volatile boolean settling = true;

    @BeforeEach
    void openProgram() {
        var issuer = await(new KeyStore(servers.database(), random).putIssuer(new Issuer("demo", "Demo")));
        CatalogEditor editor = new CatalogEditor(
                new CatalogStore(servers.database()), new CatalogPublisher(servers.database(), servers.redis()));
        var program = await(editor.createProgram(new ProgramDraft(
                "demo", issuer.id(), "Demo", ZoneId.of("Asia/Shanghai"), Mode.TEST, List.of("CNY"), Limits.NONE)));
        var item = await(editor.putItem(
                "demo", new Item("tea", "Tea", ItemKind.GOODS, Map.of("CNY", 10L), Sale.ALWAYS, Limits.NONE, 0)));
        post(TransactionType.ISSUE, new JsonObject(), issued());
        post(TransactionType.STOCKING, new JsonObject(), new StockLeg("tea", 100, 0, 0));
    }

    private static Leg issued() {
        return new NewCardLeg(CARD, "A%015d".formatted(1), "1001", "gift:CNY", 1_000, CardState.ACTIVE, 0, "bt_1");
    }

    @AfterEach
    void close() {
        settler.close();
        servers.close();
        await(vertx.close());
    }

    private void posted(Cell cell) {
        if (settling) {
            settler.markDirty(cell);
        }
    }

    /** From here on nothing is settled, until the settler starts to sweep. */
    private void stopSettling() {
        await(settled.await(CELL, 2));
        settling = false;
        // What was planned before runs first.
        var unused = await(vertx.timer(500, TimeUnit.MILLISECONDS));
    }

    private IdempotencyKey key() {
        String name = "k" + ++keys;
        return new IdempotencyKey("cl_1", hash.idempotency("cl_1", null, name), hash.fingerprint(name));
    }

    @CanIgnoreReturnValue
    private JournaledTransaction post(TransactionType type, JsonObject request, Leg... legs) {
        Outcome outcome = await(ledger.post(new Transaction(CELL, type, key(), "", null, List.of(legs), request)));
        assertThat(outcome).isInstanceOf(Posted.class);
        return ((Posted) outcome).transaction();
    }

    /** Five units at ten each. */
    @CanIgnoreReturnValue
    private JournaledTransaction redemption(Leg... more) {
        JsonObject line =
                new JsonObject().put("item", "tea").put("quantity", 5).put("prices", new JsonObject().put("CNY", 10));
        long aside = more.length == 0 ? 0 : Leg.ASIDE_AMOUNT;
        List<Leg> legs = new ArrayList<>(List.of(
                new StockLeg("tea", -5, 0, 0),
                new CardLeg(
                                List.of(CARD),
                                null,
                                Set.of(CardState.ACTIVE),
                                true,
                                -1,
                                List.of(new Price("gift:CNY", 50)),
                                null,
                                null)
                        .aside(aside)));
        legs.addAll(List.of(more));
        return post(
                TransactionType.REDEMPTION,
                new JsonObject().put("lines", new JsonArray().add(line)),
                legs.toArray(new Leg[0]));
    }

    private Outcome reverse(JournaledTransaction of, long units) {
        Step step = new Step(Step.Kind.REVERSAL, new Portion(units, Map.of(), null, null), false, "test");
        return await(afterSale.post(key(), "", of, step));
    }

    private void forget(JournaledTransaction redemption) {
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        !await(ledger.followed(CELL, redemption.sequence())).counted());
    }

    private long balance() {
        return await(ledger.card(CELL, List.of(CARD))).orElseThrow().balance();
    }

    @Test
    void never_more_returns_than_went_after_redis_forgot_what_returned() {
        settler.start();
        JournaledTransaction bought = redemption();
        assertThat(reverse(bought, 2)).isInstanceOf(Posted.class);
        assertThat(((Refused) reverse(bought, 4)).reason()).isEqualTo(Refusal.EXCEEDS_REMAINING);
        forget(bought);
        assertThat(((Refused) reverse(bought, 4)).reason()).isEqualTo(Refusal.EXCEEDS_REMAINING);
        assertThat(reverse(bought, 2)).isInstanceOf(Posted.class);
        forget(bought);
        assertThat(((Refused) reverse(bought, 2)).reason()).isEqualTo(Refusal.EXCEEDS_REMAINING);
        assertThat(await(afterSale.became(bought)).returned()).isEqualTo(Map.of("a:CNY", 40L, "i:tea", 4L));
        assertThat(reverse(bought, 1)).isInstanceOf(Posted.class);
        assertThat(((Refused) reverse(bought, 1)).reason()).isEqualTo(Refusal.EXCEEDS_REMAINING);
        assertThat(balance()).isEqualTo(1_000);
    }

    @Test
    void what_redis_forgot_before_the_books_knew_it_waits_for_them() {
        stopSettling();
        JournaledTransaction bought = redemption();
        assertThat(reverse(bought, 5)).isInstanceOf(Posted.class);
        forget(bought);
        var asked = afterSale.post(key(), "", bought, Step.of(Step.Kind.REVERSAL));
        var unused = await(vertx.timer(300, TimeUnit.MILLISECONDS));
        assertThat(asked.isComplete()).isFalse();
        settler.start();
        assertThat(((Refused) await(asked)).reason()).isEqualTo(Refusal.EXCEEDS_REMAINING);
        assertThat(balance()).isEqualTo(1_000);
    }

    @Test
    void what_became_of_a_redemption_is_told_by_the_books_when_redis_lost_the_cell() {
        settler.start();
        JournaledTransaction bought = redemption();
        assertThat(reverse(bought, 2)).isInstanceOf(Posted.class);
        await(settled.await(CELL, bought.sequence() + 1));
        var lost = await(servers.redis().call(commands -> commands.del(RedisKeys.bytes(RedisKeys.meta(CELL)))));
        assertThat(await(afterSale.became(bought)).returned()).isEqualTo(Map.of("a:CNY", 20L, "i:tea", 2L));
    }

    @Test
    void a_young_redemption_is_reversed_without_the_books() {
        stopSettling();
        JournaledTransaction bought = redemption();
        assertThat(reverse(bought, 5)).isInstanceOf(Posted.class);
        assertThat(balance()).isEqualTo(1_000);
    }

    @Test
    void a_captured_hold_is_remembered_by_the_books() {
        settler.start();
        JournaledTransaction held = redemption(new HoldLeg(60_000));
        Step capture = new Step(Step.Kind.CAPTURE, new Portion(2L, Map.of(), null, null), false, null);
        assertThat(await(afterSale.post(key(), "", held, capture))).isInstanceOf(Posted.class);
        assertThat(balance()).isEqualTo(980);
        forget(held);
        Became became = await(afterSale.became(held));
        assertThat(became.wasCaptured()).isTrue();
        assertThat(became.closed()).isEqualTo(Map.of("a:CNY", 30L, "i:tea", 3L));
        assertThat(((Refused) reverse(held, 3)).reason()).isEqualTo(Refusal.EXCEEDS_REMAINING);
        assertThat(reverse(held, 1)).isInstanceOf(Posted.class);
        assertThat(await(afterSale.became(held)).closed()).isEqualTo(became.closed());
        assertThat(balance()).isEqualTo(990);
        Step again = Step.of(Step.Kind.RELEASE);
        assertThat(((Refused) await(afterSale.post(key(), "", held, again))).reason())
                .isEqualTo(Refusal.HOLD_NOT_OPEN);
    }

    @Test
    void a_hold_that_cannot_return_keeps_no_other_from_returning() {
        settler.start();
        // Longest overdue, and of a redemption that nobody knows.
        var added = await(servers.redis()
                .call(commands -> commands.zadd(
                        RedisKeys.bytes(RedisKeys.holds(CELL)), 1, "999".getBytes(StandardCharsets.UTF_8))));
        redemption(new HoldLeg(1));
        try (HoldSweeper sweeper =
                new HoldSweeper(vertx, ledger, afterSale, hash, () -> List.of(CELL), Duration.ofMillis(50), meters)) {
            await().atMost(Duration.ofSeconds(15)).until(() -> balance() == 1_000);
            requireNamed(sweeper, "sequence 999");
        }
    }

    /** By a sweep that finds the cell: one that is under way meanwhile may have it. */
    private static void requireNamed(HoldSweeper sweeper, String message) {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(
                        () -> assertThat(sweeper.sweep().toCompletionStage().toCompletableFuture())
                                .failsWithin(Duration.ofSeconds(10))
                                .withThrowableThat()
                                .withMessageContaining(message));
    }

    @Test
    void a_hold_whose_return_would_not_fit_is_named_until_it_does() {
        settler.start();
        redemption(new HoldLeg(1));
        post(TransactionType.STOCKING, new JsonObject(), new StockLeg("tea", Amounts.MAX - 95, 0, 0));
        try (HoldSweeper sweeper =
                new HoldSweeper(vertx, ledger, afterSale, hash, () -> List.of(CELL), Duration.ofMillis(50), meters)) {
            requireNamed(sweeper, "cannot return");
            post(TransactionType.STOCKING, new JsonObject(), new StockLeg("tea", -5, 0, 0));
            await().atMost(Duration.ofSeconds(15)).until(() -> balance() == 1_000);
        }
    }

    @Test
    void several_sweepers_return_each_overdue_hold_once_and_leave_the_others() {
        settler.start();
        for (int n = 0; n < 6; n++) {
            redemption(new HoldLeg(200));
        }
        redemption(new HoldLeg(600_000));
        List<HoldSweeper> sweepers = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            sweepers.add(new HoldSweeper(
                    vertx, ledger, afterSale, hash, () -> List.of(CELL), Duration.ofMillis(50), meters));
        }
        await().atMost(Duration.ofSeconds(15)).until(() -> balance() == 950);
        sweepers.forEach(HoldSweeper::close);
        assertThat(await(ledger.card(CELL, List.of(CARD))).orElseThrow().held()).isEqualTo(50);
        assertThat(meters.counter("counterfoil.holds.expired").count()).isEqualTo(6);
        assertThat(await(ledger.dueHolds(CELL, 10)).sequences()).isEmpty();
    }
}
