package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.redis.LedgerOnRedis.await;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.debit;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.id;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.newCard;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.quota;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.stock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostContractIT {
    private final LedgerOnRedis on = new LedgerOnRedis();

    @AfterEach
    void close() {
        on.close();
    }

    @Test
    void a_debit_moves_the_balance_raises_the_sequence_and_is_journaled() {
        assertThat(sequence(on.post("issue", newCard("a", 100_000)))).isEqualTo(1);
        assertThat(sequence(on.post("k1", debit("a", 29_800)))).isEqualTo(2);
        assertThat(balance("a")).isEqualTo("70200");
        JournaledTransaction read = await(on.ledger.transaction(on.cell, 2)).orElseThrow();
        assertThat(read.results().getJsonArray(0).encode())
                .isEqualTo("[\"" + id("a") + "\",\"apia\",\"100a\",\"gift:CNY\",29800,70200,\"a\"]");
        assertThat(read.legs().encode()).isEqualTo("[[\"card\",-1]]");
        assertThat(on.hget(RedisKeys.meta(on.cell), "seq")).contains("2");
    }

    @Test
    void redeeming_twice_with_one_key_charges_once() {
        on.post("issue", newCard("a", 100));
        Posted first = (Posted) on.post("k", debit("a", 60));
        Posted again = (Posted) on.post("k", debit("a", 60));
        assertThat(again.replayed()).isTrue();
        assertThat(again.transaction()).isEqualTo(first.transaction());
        assertThat(balance("a")).isEqualTo("40");
    }

    @Test
    void a_key_with_another_request_is_refused_and_changes_nothing() {
        on.post("issue", newCard("a", 100));
        on.post("k", debit("a", 60));
        Map<String, String> before = on.everything();
        Outcome outcome = await(on.ledger.post(on.transaction("k", "another", debit("a", 1))));
        assertThat(outcome).isEqualTo(Refused.of(Refusal.IDEMPOTENCY_KEY_REUSED));
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void a_pinned_refusal_is_repeated_whatever_changes_and_an_unpinned_one_is_not() {
        on.post("issue", newCard("a", 10));
        Refused poor = (Refused) on.post("k1", debit("a", 60));
        assertThat(poor).isEqualTo(new Refused(Refusal.INSUFFICIENT_BALANCE, "req1", "", 60, 10, 0, false));
        Refused soldOut = (Refused) on.post("k2", stock("crab", -1));
        assertThat(soldOut.reason()).isEqualTo(Refusal.INSUFFICIENT_STOCK);
        on.hset(RedisKeys.card(on.cell, id("a")), "b", "1000");
        on.post("stock", stock("crab", 5));
        assertThat(on.post("k1", debit("a", 60)))
                .isEqualTo(new Refused(Refusal.INSUFFICIENT_BALANCE, "req1", "", 60, 10, 0, true));
        assertThat(on.post("k2", stock("crab", -1))).isInstanceOf(Posted.class);
    }

    @Test
    void a_transaction_posts_all_of_its_legs_or_none() {
        on.post("issue", newCard("a", 100));
        on.post("stock", stock("crab", 1));
        Map<String, String> before = on.everything();
        assertThat(on.post("k1", stock("crab", -1), debit("a", 500))).isInstanceOf(Refused.class);
        assertThat(on.post("k2", debit("a", 50), stock("crab", -2))).isInstanceOf(Refused.class);
        assertThat(on.post("k3", debit("a", 50), stock("crab", -1), quota("q", 3, 2)))
                .isInstanceOf(Refused.class);
        Map<String, String> after = on.everything();
        after.keySet().removeIf(key -> key.contains(":idem:"));
        before.keySet().removeIf(key -> key.contains(":idem:"));
        assertThat(after).isEqualTo(before);
    }

    @Test
    void amounts_up_to_two_to_the_53rd_minus_1_are_exact() {
        for (long balance : new long[] {100_000_000_000_000L, 1_000_000_000_000_001L, Amounts.MAX - 1, Amounts.MAX}) {
            String name = "big" + balance % 997;
            on.post("issue" + name, newCard(name, balance));
            Posted posted = (Posted) on.post("k" + name, debit(name, 1));
            assertThat(balance(name)).isEqualTo(Long.toString(balance - 1));
            assertThat(posted.transaction().results().getJsonArray(0).getLong(5))
                    .isEqualTo(balance - 1);
            on.post("l" + name, debit(name, balance - 1));
            assertThat(balance(name)).isEqualTo("0");
        }
    }

    @Test
    void a_credit_beyond_two_to_the_53rd_minus_1_writes_nothing() {
        on.post("stock", stock("crab", Amounts.MAX));
        Map<String, String> before = on.everything();
        assertThatThrownBy(() -> on.post("more", stock("crab", 1)))
                .isInstanceOf(LedgerFault.Faulty.class)
                .hasMessageContaining("2^53-1");
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void codes_are_taken_oldest_first_and_each_once() {
        on.post("load", new Leg.CodesAddLeg("video", List.of("c1:k.A", "c2:k.B", "c3:k.C")));
        Posted two = (Posted) on.post("k1", new Leg.CodesLeg("video", 2));
        assertThat(two.transaction().results().getJsonArray(0).getList()).isEqualTo(List.of("c1:k.A", "c2:k.B"));
        assertThat(((Refused) on.post("k2", new Leg.CodesLeg("video", 2))).reason())
                .isEqualTo(Refusal.INSUFFICIENT_STOCK);
        Posted last = (Posted) on.post("k3", new Leg.CodesLeg("video", 1));
        assertThat(last.transaction().results().getJsonArray(0).getList()).isEqualTo(List.of("c3:k.C"));
    }

    @Test
    void a_clamped_quota_takes_what_is_left_and_a_closed_one_lets_nothing_pass() {
        Leg.QuotaLeg close = new Leg.QuotaLeg("batch", "b", 10, 10, 0, 0, 0, true);
        on.post("k1", quota("b", 4, 10));
        assertThat(on.post("close", close)).isInstanceOf(Posted.class);
        assertThat(((Refused) on.post("k2", quota("b", 1, 10))).reason()).isEqualTo(Refusal.QUOTA_EXCEEDED);
    }

    @Test
    void a_window_that_redis_time_is_not_in_is_stale() {
        Leg yesterday = new Leg.QuotaLeg("per_account_daily", "q", 1, 9, 1, 2, 3, false);
        assertThat(((Refused) on.post("k1", yesterday)).reason()).isEqualTo(Refusal.STALE_DAY);
    }

    @Test
    void two_hundred_parallel_requests_for_the_last_fifty_units_post_exactly_fifty() {
        on.post("stock", stock("crab", 50));
        RedisLedger other = on.another(LedgerLimits.standard());
        List<Future<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add((i % 2 == 0 ? on.ledger : other).post(on.transaction("k" + i, "k" + i, stock("crab", -1))));
        }
        long posted = all.stream().filter(one -> await(one) instanceof Posted).count();
        assertThat(posted).isEqualTo(50);
        assertThat(on.hget(RedisKeys.item(on.cell, "crab"), "u")).contains("0");
        assertThat(on.hget(RedisKeys.meta(on.cell), "seq")).contains("51");
    }

    @Test
    void one_key_sent_many_times_at_once_posts_once() {
        on.post("issue", newCard("a", 1_000));
        List<Future<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(on.ledger.post(on.transaction("same", "same", debit("a", 10))));
        }
        assertThat(all.stream().filter(one -> !await(one).replayed()).count()).isEqualTo(1);
        assertThat(balance("a")).isEqualTo("990");
    }

    @Test
    void a_cell_that_lost_its_history_is_cold() {
        on.post("stock", stock("crab", 5));
        on.hset(RedisKeys.meta(on.cell), "seq", "0");
        assertThatThrownBy(() -> on.post("k", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
        on.hset(RedisKeys.meta(on.cell), "seq", "1");
        assertThat(on.post("k", stock("crab", -1))).isInstanceOf(Posted.class);
        on.hset(RedisKeys.meta(on.cell), "epoch", "2");
        assertThatThrownBy(() -> on.post("k", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
        assertThatThrownBy(() -> await(on.ledger.card(on.cell, List.of(id("a")))))
                .isInstanceOf(LedgerFault.Cold.class);
        assertThatThrownBy(() -> await(on.ledger.recorded(on.cell, LedgerOnRedis.sixteen("k"), null)))
                .isInstanceOf(LedgerFault.Cold.class);
    }

    @Test
    void a_journal_that_someone_else_wrote_to_is_cold() {
        on.post("stock", stock("crab", 5));
        on.run(commands ->
                commands.xadd(LedgerOnRedis.bytes(RedisKeys.journal(on.cell)), Map.of(new byte[] {1}, new byte[] {1})));
        assertThatThrownBy(() -> on.post("k", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
    }

    @Test
    void an_entry_that_someone_else_wrote_and_took_out_loses_nothing_and_leaves_the_cell_cold() {
        on.post("stock", stock("crab", 5));
        byte[] journal = LedgerOnRedis.bytes(RedisKeys.journal(on.cell));
        String foreign = on.run(commands -> commands.xadd(journal, Map.of(new byte[] {1}, new byte[] {1})));
        on.run(commands -> commands.xdel(journal, foreign));
        assertThat(on.post("k", stock("crab", -1))).isInstanceOf(Posted.class);
        long entries = on.run(commands -> commands.xlen(journal));
        assertThat(entries).isEqualTo(2);
        assertThatThrownBy(() -> on.post("k2", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
    }

    @Test
    void out_of_memory_nothing_new_is_posted_and_replays_are_still_answered() {
        on.post("issue", newCard("a", 100));
        on.post("k1", debit("a", 10));
        on.post("k2", debit("a", 1_000));
        try {
            on.run(commands -> commands.configSet("maxmemory", "1"));
            assertThatThrownBy(() -> on.post("k3", debit("a", 10)))
                    .isInstanceOf(LedgerFault.Overloaded.class)
                    .hasMessageContaining("memory");
            assertThat(on.post("k1", debit("a", 10)).replayed()).isTrue();
            assertThat(((Refused) on.post("k2", debit("a", 1_000))).replayed()).isTrue();
        } finally {
            on.run(commands -> commands.configSet("maxmemory", "0"));
        }
        assertThat(balance("a")).isEqualTo("90");
    }

    @Test
    void a_full_journal_takes_nothing_new_but_still_answers_replays() {
        RedisLedger small = on.another(new LedgerLimits(100, 1, Duration.ofHours(48), Duration.ofHours(1)));
        assertThat(await(small.post(on.transaction("k1", "k1", stock("crab", 5)))))
                .isInstanceOf(Posted.class);
        assertThatThrownBy(() -> await(small.post(on.transaction("k2", "k2", stock("crab", 5)))))
                .isInstanceOf(LedgerFault.Overloaded.class)
                .hasMessageContaining("settlement");
        assertThat(await(small.post(on.transaction("k1", "k1", stock("crab", 5))))
                        .replayed())
                .isTrue();
    }

    @Test
    void a_record_tells_what_was_answered_under_a_key() {
        on.post("issue", newCard("a", 10));
        on.post("poor", debit("a", 60));
        byte[] issue = LedgerOnRedis.sixteen("issue");
        assertThat(await(on.ledger.recorded(on.cell, issue, issue)).outcome().orElseThrow())
                .isInstanceOf(Posted.class);
        assertThat(await(on.ledger.recorded(on.cell, issue, LedgerOnRedis.sixteen("other")))
                        .outcome())
                .contains(Refused.of(Refusal.IDEMPOTENCY_KEY_REUSED));
        assertThat(((Refused) await(on.ledger.recorded(on.cell, LedgerOnRedis.sixteen("poor"), null))
                                .outcome()
                                .orElseThrow())
                        .reason())
                .isEqualTo(Refusal.INSUFFICIENT_BALANCE);
        assertThat(await(on.ledger.recorded(on.cell, LedgerOnRedis.sixteen("none"), null))
                        .outcome())
                .isEmpty();
    }

    @Test
    void scripts_flushed_under_load_are_loaded_again() {
        on.post("stock", stock("crab", 1000));
        List<Future<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            all.add(on.ledger.post(on.transaction("k" + i, "k" + i, stock("crab", -1))));
            if (i % 50 == 0) {
                on.run(commands -> commands.scriptFlush());
            }
        }
        assertThat(all).allSatisfy(one -> assertThat(await(one)).isInstanceOf(Posted.class));
        assertThat(on.hget(RedisKeys.item(on.cell, "crab"), "u")).contains("700");
    }

    private String balance(String name) {
        return on.hget(RedisKeys.card(on.cell, id(name)), "b").orElse("none");
    }

    private static long sequence(Outcome outcome) {
        return ((Posted) outcome).transaction().sequence();
    }
}
