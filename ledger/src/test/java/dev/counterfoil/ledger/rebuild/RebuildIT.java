package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.rebuild.Sale.CELL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.aftersale.Step;
import dev.counterfoil.ledger.books.Reconcile;
import dev.counterfoil.ledger.rebuild.Rebuild.Allowed;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.rules.Portion;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.XAddArgs;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cell that Redis lost is what it was, from PostgreSQL alone; and whatever Redis still has is not lost by it. */
class RebuildIT {
    private Sale sale;

    @BeforeEach
    void open() {
        sale = new Sale();
        sale.startSettling();
    }

    @AfterEach
    void close() {
        sale.close();
    }

    @Test
    void every_key_is_what_it_was_and_the_sale_goes_on() {
        JournaledTransaction bought = sale.post(TransactionType.STOCKING, new StockLeg("tea", 1, 0, 0));
        long last = sale.everything();
        IdempotencyKey key = sale.key();
        List<Leg> legs = List.of(new StockLeg("tea", 2, 0, 0));
        Posted first = (Posted) sale.submit(key, TransactionType.STOCKING, new JsonObject(), legs);
        sale.awaitSettled(last + 1);
        SortedMap<String, String> before = keys();
        assertThat(CellKeys.kinds(before))
                .containsExactly("acct", "card", "catalog", "codes", "followed", "holds", "idem", "item", "quota");

        Servers.flushRedis();
        assertThatThrownBy(() -> sale.redeem(1, 1, false)).isInstanceOf(LedgerFault.Cold.class);
        assertThat(sale.rebuild().states("").get(0).coldBecause()).contains("Redis has nothing of it");
        Rebuilt rebuilt = sale.rebuild().rebuild(CELL, Allowed.COLD);
        assertThat(keys()).isEqualTo(before);
        assertThat(rebuilt.epoch()).isEqualTo(2);
        assertThat(rebuilt.sequence()).isEqualTo(last + 1);
        assertThat(rebuilt.lost()).isZero();
        assertThat(rebuilt.toJson().getJsonObject("restored").getLong("holds")).isEqualTo(2);
        assertThat(rebuilt.text()).contains("6 cards").doesNotContain("LOST");
        assertThat(sale.rebuild().states("demo").get(0).coldBecause()).isEmpty();
        assertBalanced();

        Posted again = (Posted) sale.submit(key, TransactionType.STOCKING, new JsonObject(), legs);
        assertThat(again.replayed()).isTrue();
        assertThat(again.transaction()).isEqualTo(first.transaction());
        assertThat(sale.sequence()).isEqualTo(last + 1);
        assertThat(bought.sequence()).isEqualTo(1);
        goOn(last + 1);
    }

    /** Balances in the books lack what dead letters moved. */
    @Test
    void a_cell_with_dead_letters_stays_cold_until_they_are_settled() {
        sale.awaitSettled(sale.everything());
        Servers.flushRedis();
        sale.deadLetters(1);
        assertThatThrownBy(() -> sale.rebuild().rebuild(CELL, Allowed.OPEN))
                .isInstanceOf(RebuildRefused.class)
                .hasMessageContaining("1 dead letters")
                .hasMessageContaining("settle --retry-dead-letters");
        assertThat(sale.rebuild().states("demo").get(0).coldBecause()).isPresent();
        sale.deadLetters(0);
        assertThat(sale.rebuild().rebuild(CELL, Allowed.COLD).lost()).isZero();
        assertBalanced();
    }

    /** What was begun before the loss is ended after it, with what is left of it, and everything settles and balances. */
    private void goOn(long last) {
        List<JournaledTransaction> redemptions = new ArrayList<>();
        for (long sequence = 1; sequence <= last; sequence++) {
            JournaledTransaction one =
                    Ledgers.await(sale.ledger.transaction(CELL, sequence)).orElseThrow();
            if (one.data().getString("type").equals("redemption")) {
                redemptions.add(one);
            }
        }
        JournaledTransaction reversed = redemptions.get(1);
        assertThat(((Refused) Ledgers.await(sale.afterSale.post(sale.key(), "", reversed, units(4)))).reason())
                .isEqualTo(Refusal.EXCEEDS_REMAINING);
        sale.reverse(reversed, 3);
        JournaledTransaction held = redemptions.get(2);
        sale.step(held, Step.of(Step.Kind.CAPTURE));
        JournaledTransaction captured = redemptions.get(3);
        assertThat(((Refused) Ledgers.await(sale.afterSale.post(sale.key(), "", captured, Step.of(Step.Kind.RELEASE))))
                        .reason())
                .isEqualTo(Refusal.HOLD_NOT_OPEN);
        sale.redeem(1, 1, false);
        assertThat(sale.sequence()).isEqualTo(last + 3);
        sale.awaitSettled(last + 3);
        assertBalanced();
    }

    private static Step units(long units) {
        return new Step(Step.Kind.REVERSAL, new Portion(units, Map.of(), null, null), false, "test");
    }

    @Test
    void a_rebuild_that_ends_anywhere_is_begun_anew() {
        sale.awaitSettled(sale.everything());
        SortedMap<String, String> before = keys();
        Servers.flushRedis();
        long epoch = 1;
        for (Rebuild.Step end : Rebuild.Step.values()) {
            assertThatThrownBy(() -> sale.rebuild(step -> endAt(end, step)).rebuild(CELL, Allowed.OPEN))
                    .hasMessage("ended at " + end);
            if (end != Rebuild.Step.OPENED) {
                assertThatThrownBy(() -> sale.redeem(1, 1, false)).isInstanceOf(LedgerFault.Cold.class);
            }
            epoch += end.compareTo(Rebuild.Step.EPOCH_RAISED) < 0 ? 0 : 1;
        }
        assertThat(keys()).isEqualTo(before);
        Rebuilt rebuilt = sale.rebuild().rebuild(CELL, Allowed.OPEN);
        assertThat(rebuilt.epoch()).isEqualTo(epoch + 1);
        assertThat(rebuilt.lost()).isZero();
        assertThat(keys()).isEqualTo(before);
        assertBalanced();
    }

    private static void endAt(Rebuild.Step end, Rebuild.Step step) {
        if (step == end) {
            throw new IllegalStateException("ended at " + step);
        }
    }

    @Test
    void what_an_earlier_rebuild_still_does_is_refused() {
        sale.awaitSettled(sale.everything());
        SortedMap<String, String> before = keys();
        ClosedCell slow = ClosedCell.close(sale.redis, CELL, 7);
        Rebuilt rebuilt = sale.rebuild().rebuild(CELL, Allowed.COLD);
        assertThat(rebuilt.epoch()).isEqualTo(8);
        assertThatThrownBy(() -> slow.wipe(keys -> {})).isInstanceOf(RebuildRefused.class);
        assertThatThrownBy(() -> slow.open(1, 1)).isInstanceOf(RebuildRefused.class);
        assertThatThrownBy(slow::keepJournal).isInstanceOf(RebuildRefused.class);
        assertThatThrownBy(() -> ClosedCell.close(sale.redis, CELL, 7)).isInstanceOf(RebuildRefused.class);
        assertThat(keys()).isEqualTo(before);
    }

    @Test
    void two_rebuilds_at_once_exclude_each_other() throws Exception {
        sale.awaitSettled(sale.everything());
        Servers.flushRedis();
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch refused = new CountDownLatch(1);
        CompletableFuture<Rebuilt> first = CompletableFuture.supplyAsync(() -> sale.rebuild(step -> {
                    if (step == Rebuild.Step.LOCKED) {
                        locked.countDown();
                        await(refused);
                    }
                })
                .rebuild(CELL, Allowed.COLD));
        await(locked);
        assertThatThrownBy(() -> sale.rebuild().rebuild(CELL, Allowed.COLD)).hasMessageContaining("is under way");
        refused.countDown();
        assertThat(first.get(60, TimeUnit.SECONDS).epoch()).isEqualTo(2);
        assertBalanced();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void an_open_cell_is_left_alone_unless_forced_and_then_loses_nothing() {
        sale.everything();
        sale.stopSettling();
        sale.redeem(1, 1, false);
        long last = sale.sequence();
        assertThatThrownBy(() -> sale.rebuild().rebuild(CELL, Allowed.COLD))
                .isInstanceOf(RebuildRefused.class)
                .hasMessageContaining("cell demo.0 is open");
        SortedMap<String, String> before = keys();
        // What somebody did by hand, the books put right.
        var wrong = Ledgers.await(sale.servers
                .redis()
                .call(commands -> commands.hset(
                        RedisKeys.bytes(RedisKeys.card(CELL, Sale.card(1))),
                        RedisKeys.bytes("b"),
                        RedisKeys.bytes("999999"))));
        Rebuilt rebuilt = sale.rebuild().rebuild(CELL, Allowed.OPEN);
        assertThat(rebuilt.sequence()).isEqualTo(last);
        assertThat(rebuilt.tail()).isPositive();
        assertThat(rebuilt.lost()).isZero();
        assertThat(rebuilt.kept()).isNull();
        assertThat(keys()).isEqualTo(before);
        assertBalanced();
    }

    @Test
    void a_cell_that_lost_its_tail_goes_on_from_the_books() {
        long last = sale.everything();
        sale.awaitSettled(last);
        SortedMap<String, String> before = keys();
        byte[] meta = RedisKeys.bytes(RedisKeys.meta(CELL));
        var shorter = Ledgers.await(sale.servers
                .redis()
                .call(commands -> commands.hset(meta, RedisKeys.bytes("seq"), RedisKeys.bytes("3"))));
        assertThatThrownBy(() -> sale.redeem(1, 1, false)).isInstanceOf(LedgerFault.Cold.class);
        assertThat(sale.rebuild().states("").get(0).coldBecause())
                .contains("Redis has it up to sequence 3, the books hold " + last);
        assertThat(sale.rebuild().states("").get(0).ours()).isTrue();
        Rebuilt rebuilt = sale.rebuild().rebuild(CELL, Allowed.COLD);
        assertThat(rebuilt.sequence()).isEqualTo(last);
        assertThat(rebuilt.broken()).contains("ends at sequence 3, the books hold " + last);
        assertThat(keys()).isEqualTo(before);
        assertBalanced();
        sale.redeem(1, 1, false);
        assertThat(sale.sequence()).isEqualTo(last + 1);
    }

    @Test
    void what_was_acknowledged_and_is_in_neither_store_is_listed() {
        sale.awaitSettled(sale.everything());
        long kept = sale.sequence();
        sale.stopSettling();
        for (int n = 0; n < 3; n++) {
            sale.redeem(1, 1, false);
        }
        Servers.flushRedis();
        // Whoever finds the cell cold notes what it saw of it.
        assertThatThrownBy(() -> sale.redeem(1, 1, false)).isInstanceOf(LedgerFault.Cold.class);
        Rebuilt rebuilt = sale.rebuild().rebuild(CELL, Allowed.COLD);
        assertThat(rebuilt.sequence()).isEqualTo(kept);
        assertThat(rebuilt.lost()).isEqualTo(3);
        assertThat(rebuilt.text()).contains("LOST 3 transactions", "sequences " + (kept + 1) + " to " + (kept + 3));
        assertThat(rebuilt.toJson().getString("first_lost")).startsWith("tx_");
        sale.startSettling();
        sale.redeem(1, 1, false);
        sale.awaitSettled(kept + 1);
        assertBalanced();
    }

    @Test
    void a_journal_with_a_gap_is_settled_up_to_it_and_the_rest_is_put_aside() {
        sale.awaitSettled(sale.everything());
        sale.stopSettling();
        long kept = sale.sequence();
        sale.redeem(1, 1, false);
        sale.redeem(1, 1, false);
        sale.redeem(1, 1, false);
        byte[] journal = RedisKeys.bytes(RedisKeys.journal(CELL));
        var gone = Ledgers.await(sale.redis.call(commands -> commands.xdel(journal, (kept + 2) + "-0")));
        assertThatThrownBy(() -> sale.rebuild().rebuild(CELL, Allowed.NOTHING_GIVEN_UP))
                .hasMessageContaining("cell demo.0 is open");
        foreignEntry(journal, kept + 9);
        assertThatThrownBy(() -> sale.rebuild().rebuild(CELL, Allowed.NOTHING_GIVEN_UP))
                .hasMessageContaining("stays cold");
        Rebuilt rebuilt = sale.rebuild().rebuild(CELL, Allowed.COLD);
        assertThat(rebuilt.sequence()).isEqualTo(kept + 1);
        assertThat(rebuilt.broken()).contains("sequence " + (kept + 2) + " is missing");
        assertThat(rebuilt.kept()).isEqualTo(RedisKeys.lost(CELL, rebuilt.epoch()));
        assertThat(rebuilt.lost()).isEqualTo(8);
        long left = Ledgers.await(sale.servers
                .redis()
                .call(commands -> commands.xlen(RedisKeys.bytes(RedisKeys.lost(CELL, rebuilt.epoch())))));
        assertThat(left).isPositive();
        assertBalanced();
        sale.redeem(1, 1, false);
        assertThat(sale.sequence()).isEqualTo(kept + 2);
        sale.startSettling();
        sale.awaitSettled(kept + 2);
        assertBalanced();
    }

    private void foreignEntry(byte[] journal, long sequence) {
        var added = Ledgers.await(sale.servers
                .redis()
                .call(commands -> commands.xadd(
                        journal,
                        new XAddArgs().id(sequence + "-0"),
                        RedisKeys.bytes("d"),
                        RedisKeys.bytes("{}"),
                        RedisKeys.bytes("r"),
                        RedisKeys.bytes("{}"))));
    }

    private SortedMap<String, String> keys() {
        return CellKeys.read(sale.redis, CELL);
    }

    private void assertBalanced() {
        assertThat(new Reconcile(sale.servers.database(), sale.redis, cell -> {}, Duration.ofSeconds(20))
                        .all()
                        .differences())
                .isEmpty();
    }
}
