package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.model.SampleLegs.credit;
import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static dev.counterfoil.ledger.model.SampleLegs.quota;
import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.await;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.model.LedgerContract;
import dev.counterfoil.ledger.model.Timing;
import dev.counterfoil.ledger.model.TrialCell;
import io.lettuce.core.FlushMode;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The ledger on Redis keeps to the contract, and to what only Redis can bring about. */
class PostContractIT extends LedgerContract {
    @Override
    protected TrialCell open(Timing timing, LedgerLimits limits) {
        return LedgerOnRedis.open(KernelScripts.shipped(), timing, limits);
    }

    private LedgerOnRedis redis() {
        return (LedgerOnRedis) on;
    }

    @Test
    void a_journal_that_someone_else_wrote_to_is_cold() {
        post("stock", stock("crab", 5));
        redis().run(commands ->
                commands.xadd(bytes(RedisKeys.journal(on.cell())), Map.of(new byte[] {1}, new byte[] {1})));
        SortedMap<String, String> before = on.contents();
        assertThatThrownBy(() -> post("k", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
        assertThat(on.contents()).isEqualTo(before);
    }

    @Test
    void an_entry_that_someone_else_wrote_and_took_out_loses_nothing_and_leaves_the_cell_cold() {
        post("stock", stock("crab", 5));
        byte[] journal = bytes(RedisKeys.journal(on.cell()));
        String foreign = redis().run(commands -> commands.xadd(journal, Map.of(new byte[] {1}, new byte[] {1})));
        redis().run(commands -> commands.xdel(journal, foreign));
        assertThat(post("k", stock("crab", -1))).isInstanceOf(Posted.class);
        long entries = redis().run(commands -> commands.xlen(journal));
        assertThat(entries).isEqualTo(2);
        assertThatThrownBy(() -> post("k2", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
    }

    @Test
    void out_of_memory_nothing_new_is_posted_and_replays_are_still_answered() {
        post("issue", newCard("a", 100));
        post("k1", debit("a", 10));
        post("k2", debit("a", 1_000));
        try {
            redis().run(commands -> commands.configSet("maxmemory", "1"));
            assertThatThrownBy(() -> post("k3", debit("a", 10)))
                    .isInstanceOf(LedgerFault.Overloaded.class)
                    .hasMessageContaining("memory");
            assertThat(post("k1", debit("a", 10)).replayed()).isTrue();
            assertThat(((Refused) post("k2", debit("a", 1_000))).replayed()).isTrue();
        } finally {
            allMemory();
        }
        assertThat(balance("a")).isEqualTo("90");
    }

    @Test
    void beyond_the_soft_limit_nothing_new_is_posted_and_what_was_begun_goes_on() {
        post("issue", newCard("a", 100));
        post("k1", debit("a", 10));
        try {
            String used =
                    redis().run(commands -> commands.info("memory")).replaceAll("(?s).*used_memory:(\\d+).*", "$1");
            // So much above what is used that Redis itself refuses nothing.
            redis().run(commands -> commands.configSet("maxmemory", Long.toString(Long.parseLong(used) * 11 / 10)));
            Awaitility.await().until(() -> redis().redis.tight(on.cell()));
            assertThatThrownBy(() -> post("k3", debit("a", 10)))
                    .isInstanceOf(LedgerFault.Overloaded.class)
                    .hasMessageContaining("memory");
            assertThat(post("k1", debit("a", 10)).replayed()).isTrue();
            assertThat(await(on.ledger().post(goingOn("back", credit("a", 5))))).isInstanceOf(Posted.class);
        } finally {
            allMemory();
        }
        assertThat(post("k3", debit("a", 10))).isInstanceOf(Posted.class);
        assertThat(balance("a")).isEqualTo("85");
    }

    private void allMemory() {
        redis().run(commands -> commands.configSet("maxmemory", "0"));
        Awaitility.await().until(() -> !redis().redis.tight(on.cell()));
    }

    private Transaction goingOn(String key, Leg leg) {
        Transaction like = transaction(key, key, leg);
        return new Transaction(
                like.cell(),
                TransactionType.RELEASE,
                like.key(),
                like.requestId(),
                like.catalogVersion(),
                like.legs(),
                like.request());
    }

    @Test
    void a_cell_whose_journal_is_gone_is_cold() {
        post("stock", stock("crab", 5));
        redis().run(commands -> commands.del(bytes(RedisKeys.journal(on.cell()))));
        assertThatThrownBy(() -> post("k", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
    }

    @Test
    void a_cell_whose_journal_is_something_else_is_cold() {
        post("stock", stock("crab", 5));
        redis().run(commands -> commands.del(bytes(RedisKeys.journal(on.cell()))));
        redis().set(RedisKeys.journal(on.cell()), "x");
        assertThatThrownBy(() -> post("k", stock("crab", -1))).isInstanceOf(LedgerFault.Cold.class);
    }

    @Test
    void what_one_call_writes_is_bounded_and_one_refused_leaves_the_others() {
        // The first call is held up, so that all the others gather behind it and would go as one.
        redis().run(commands -> commands.clientPause(500));
        List<Future<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            List<Leg> legs = new ArrayList<>();
            for (int leg = 0; leg < 64; leg++) {
                legs.add(quota("q" + i + "." + leg, 1, leg == 63 && i % 4 == 0 ? 0 : 1));
            }
            all.add(on.ledger().post(transaction("k" + i, "k" + i, legs.toArray(new Leg[0]))));
        }
        assertThat(all).filteredOn(one -> await(one) instanceof Posted).hasSize(30);
        assertThat(on.contents().keySet().stream().filter(key -> key.startsWith("quota:")))
                .hasSize(30 * 64);
        List<StreamMessage<byte[], byte[]>> calls =
                redis().run(commands -> commands.xrange(bytes(RedisKeys.journal(on.cell())), Range.unbounded()));
        List<Long> firsts = calls.stream()
                .map(call -> Long.valueOf(call.getId().substring(0, call.getId().indexOf('-'))))
                .toList();
        for (int i = 0; i < firsts.size(); i++) {
            long next = i + 1 < firsts.size() ? firsts.get(i + 1) : 31;
            assertThat(next - firsts.get(i)).isLessThanOrEqualTo(CellQueue.MOST_KEYS / 65);
        }
    }

    /** Within one call nothing is read again, so the script itself has to know that a counter went as it was written. */
    @Test
    void a_counter_whose_time_is_over_counts_from_nothing_for_the_next_of_its_batch() {
        Leg over = new QuotaLeg("q", "1:q", 5, 9, 0, 0, 1, false);
        // While the first is on its way the others gather, and go as one batch.
        var first = on.ledger().post(transaction("first", "first", stock("crab", 1)));
        var five = on.ledger().post(transaction("five", "five", over));
        var again = on.ledger().post(transaction("again", "again", over));
        for (var one : List.of(first, five, again)) {
            assertThat(await(one)).isInstanceOf(Posted.class);
        }
        assertThat(on.contents()).doesNotContainKey("quota:1:q");
    }

    /** Units and counters are written once a call, so what was not posted must not be in what is written. */
    @Test
    void what_is_not_posted_moves_nothing_for_the_others_of_its_batch() {
        post("stock", stock("crab", 1005));
        post("issue", newCard("a", 100), newCard("b", 100));
        redis().hset(RedisKeys.card(on.cell(), id("b")), "b", "1e3");
        long day = 4_000_000_000_000L;
        Leg none = new QuotaLeg("full", "1:full", 1, 0, 0, 0, day, false);
        Leg used = new QuotaLeg("q", "1:q", 2, 90, 0, 0, day, false);
        Leg longer = new QuotaLeg("q", "1:q", 2, 90, 0, 0, day + 1, false);
        Leg unused = new QuotaLeg("r", "1:r", 5, 90, 0, 0, day, false);
        // While the first is on its way the others gather, and go as one batch.
        var first = on.ledger().post(transaction("first", "first", stock("crab", -1)));
        var posted = on.ledger().post(transaction("posted", "posted", stock("crab", -1), used));
        // Refused before they meet what the one before them has moved.
        var closed = on.ledger().post(transaction("closed", "closed", new StockLeg("crab", -1, 0, 1)));
        var stale = on.ledger().post(transaction("stale", "stale", new QuotaLeg("q", "1:q", 2, 90, 0, 1, day, false)));
        var refused = on.ledger()
                .post(transaction("refused", "refused", stock("crab", -10), longer, unused, debit("a", 1_000)));
        var capped = on.ledger().post(transaction("capped", "capped", stock("crab", -10), longer, none));
        var faulty = on.ledger().post(transaction("faulty", "faulty", stock("crab", -100), longer, debit("b", 1)));
        var tried = on.ledger().preview(transaction("tried", "tried", stock("crab", -400), longer));
        var last = on.ledger().post(transaction("last", "last", stock("crab", -1)));
        assertThat(await(first)).isInstanceOf(Posted.class);
        assertThat(await(posted)).isInstanceOf(Posted.class);
        for (var one : List.of(refused, capped, closed, stale)) {
            assertThat(await(one)).isInstanceOf(Refused.class);
        }
        assertThatThrownBy(() -> await(faulty)).isInstanceOf(LedgerFault.Faulty.class);
        assertThat(await(tried)).isInstanceOf(Posted.class);
        assertThat(await(last)).isInstanceOf(Posted.class);
        assertThat(redis().hget(RedisKeys.item(on.cell(), "crab"), "u")).contains("1002");
        assertThat(on.contents())
                .containsEntry("quota:1:q", "2 until " + day)
                .doesNotContainKeys("quota:1:full", "quota:1:r");
    }

    @Test
    void units_are_told_to_the_last_digit() {
        for (long units : new long[] {
            1, 10, 999, 1_000, 1_005, 1_050, 1_500, 999_999, 1_000_000, 9_007_199_254_739_999L, 9_007_199_254_740_991L
        }) {
            Outcome posted = post("k" + units, stock("sku-" + units, units));
            assertThat(((Posted) posted).transaction().results().encode()).isEqualTo("[[" + units + "]]");
            assertThat(redis().hget(RedisKeys.item(on.cell(), "sku-" + units), "u"))
                    .contains(Long.toString(units));
        }
    }

    @Test
    void counters_of_one_transaction_are_each_kept_until_their_own_time() {
        long day = 4_000_000_000_000L;
        assertThat(post(
                        "k",
                        new QuotaLeg("q", "1:a", 1, 9, 0, 0, day, false),
                        new QuotaLeg("q", "1:b", 1, 9, 0, 0, day + 1, false),
                        new QuotaLeg("q", "1:c", 1, 9, 0, 0, day, false)))
                .isInstanceOf(Posted.class);
        Map<String, Long> until = Map.of("1:a", day, "1:b", day + 1, "1:c", day);
        until.forEach((name, at) -> {
            byte[] key = RedisKeys.bytes(RedisKeys.quota(on.cell(), name));
            assertThat(redis().<Long>run(commands -> commands.pexpiretime(key))).isEqualTo(at);
        });
    }

    @Test
    void scripts_flushed_under_load_are_loaded_again() {
        post("stock", stock("crab", 1000));
        List<Future<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            all.add(on.ledger().post(transaction("k" + i, "k" + i, stock("crab", -1))));
            if (i % 50 == 0) {
                redis().run(commands -> commands.scriptFlush());
                redis().run(commands -> commands.functionFlush(FlushMode.SYNC));
            }
        }
        assertThat(all).allSatisfy(one -> assertThat(await(one)).isInstanceOf(Posted.class));
        assertThat(redis().hget(RedisKeys.item(on.cell(), "crab"), "u")).contains("700");
    }
}
