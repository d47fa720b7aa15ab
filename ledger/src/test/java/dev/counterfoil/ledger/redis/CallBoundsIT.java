package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.await;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Transaction;
import io.lettuce.core.Range;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one call of the script carries is bounded, however many wait; what cannot be posted is in none. */
class CallBoundsIT {
    private static final int MOST_TRANSACTIONS = 64;
    private static final long MOST_BYTES = 1_048_576;

    private final LedgerOnRedis on = new LedgerOnRedis();

    @AfterEach
    void close() {
        on.close();
    }

    private Transaction transaction(int number, int bytes) {
        Transaction plain = on.transaction("k" + number, "k" + number, stock("crab", 1));
        JsonObject request = new JsonObject().put("note", "x".repeat(bytes));
        return new Transaction(on.cell, plain.type(), plain.key(), plain.requestId(), null, plain.legs(), request);
    }

    /** Posts them all; by call, those it carried. */
    private List<List<Transaction>> calls(List<Transaction> all) {
        // The first call is held up, so that all the others gather behind it and would go as one.
        on.run(commands -> commands.clientPause(500));
        List<Future<Outcome>> sent = all.stream().map(on.ledger::post).toList();
        assertThat(sent).allSatisfy(one -> assertThat(await(one)).isInstanceOf(Posted.class));
        List<Integer> firsts = new ArrayList<>(
                on.run(commands -> commands.xrange(bytes(RedisKeys.journal(on.cell)), Range.unbounded())).stream()
                        .map(call -> Integer.valueOf(
                                call.getId().substring(0, call.getId().indexOf('-'))))
                        .toList());
        firsts.add(all.size() + 1);
        List<List<Transaction>> calls = new ArrayList<>();
        for (int i = 0; i + 1 < firsts.size(); i++) {
            calls.add(all.subList(firsts.get(i) - 1, firsts.get(i + 1) - 1));
        }
        return calls;
    }

    private static long bytesOf(List<Transaction> call) {
        return call.stream()
                .map(one -> new PostCall(one, Durability.DURABLE))
                .mapToLong(one -> one.packed().toBytes().length + one.journaled().length)
                .sum();
    }

    @Test
    void a_call_carries_no_more_than_sixty_four_transactions() {
        var calls =
                calls(IntStream.range(0, 200).mapToObj(i -> transaction(i, 0)).toList());
        assertThat(calls).allSatisfy(call -> assertThat(call).hasSizeLessThanOrEqualTo(MOST_TRANSACTIONS));
        assertThat(calls).anySatisfy(call -> assertThat(call).hasSize(MOST_TRANSACTIONS));
    }

    @Test
    void a_call_carries_no_more_than_a_mebibyte_of_arguments() {
        List<Transaction> all =
                IntStream.range(0, 30).mapToObj(i -> transaction(i, 100_000)).toList();
        long one = bytesOf(all.subList(0, 1));
        var calls = calls(all);
        assertThat(calls).allSatisfy(call -> assertThat(bytesOf(call)).isLessThanOrEqualTo(MOST_BYTES));
        assertThat(calls).anySatisfy(call -> assertThat(bytesOf(call)).isGreaterThan(MOST_BYTES - one));
    }

    @Test
    void a_transaction_of_more_than_a_mebibyte_goes_alone() {
        List<Transaction> all = IntStream.range(0, 20)
                .mapToObj(i -> transaction(i, i == 10 ? 1_500_000 : 0))
                .toList();
        assertThat(calls(all)).contains(all.subList(10, 11));
    }

    @Test
    void two_legs_on_one_key_fail_before_anything_is_sent() {
        on.post("stock", stock("crab", 5));
        Map<String, String> before = on.everything();
        long called = calledScripts();
        Transaction twice = on.transaction("k", "k", stock("crab", -1), stock("crab", -2));
        assertThat(called).isPositive();
        for (ThrowingCallable way :
                List.<ThrowingCallable>of(() -> await(on.ledger.post(twice)), () -> await(on.ledger.preview(twice)))) {
            assertThatThrownBy(way)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("legs: two touch one key (expected: merged into one)");
        }
        assertThat(calledScripts()).isEqualTo(called);
        assertThat(on.everything()).isEqualTo(before);
    }

    private long calledScripts() {
        return on.run(commands -> commands.info("commandstats"))
                .lines()
                .filter(line -> line.startsWith("cmdstat_fcall:") || line.startsWith("cmdstat_evalsha:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
                .sum();
    }
}
