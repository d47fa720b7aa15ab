package dev.counterfoil.ledger.books;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.books.BooksSide.CellRow;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.settlement.SettlementBench;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More open holds than anybody reads at once: each of them is compared, and the wrong ones are named wherever they stand. */
class ManyHoldsIT {
    private static final int HOLDS = 101_000;
    private static final long DEADLINE_MS = 4_000_000_000_123L;

    private SettlementBench bench;
    private Cell cell;
    private CellCheck check;

    @BeforeEach
    void open() {
        bench = new SettlementBench();
        cell = bench.program("demo");
        String fill = "redis.call('HSET', KEYS[1], 'seq', ARGV[1]) for n = 1, ARGV[1] do"
                + " redis.call('ZADD', KEYS[2], string.format('%.0f', ARGV[2] + n), n) end return ''";
        byte[][] keys = {RedisKeys.bytes(RedisKeys.meta(cell)), RedisKeys.bytes(RedisKeys.holds(cell))};
        var filled = bench.redis
                .dispatch(commands -> commands.eval(
                        RedisKeys.bytes(fill),
                        ScriptOutputType.VALUE,
                        keys,
                        RedisKeys.bytes(Integer.toString(HOLDS)),
                        RedisKeys.bytes(Long.toString(DEADLINE_MS))))
                .toCompletableFuture()
                .join();
        execute("insert into afterwards (cell, seq, status, deadline, state, returned) select id, n, 'held',"
                + " to_timestamp(4000000000) + (123 + n) * interval '1 ms', '', '{}' from cell, generate_series(1, "
                + HOLDS
                + ") n");
        execute("update cell set settled_seq = " + HOLDS);
        Sides sides = new Sides(
                bench.database, new RedisSide(bench.redis), any -> {}, Duration.ofSeconds(5), (what, done, all) -> {});
        CellRow row = sides.snapshot(books -> books.cells("demo")).get(0);
        check = new CellCheck(sides, row);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void each_is_compared_in_both_directions() {
        check.compareLimits();
        assertThat(check.findings.differences).isEmpty();
        execute("update afterwards set deadline = deadline + interval '1 s' where seq = 3");
        execute("update afterwards set status = 'released' where seq in (5, 100500)");
        execute("insert into afterwards (cell, seq, status, deadline, state, returned)" + " select id, " + (HOLDS + 1)
                + ", 'held', now(), '', '{}' from cell");
        execute("update cell set settled_seq = settled_seq + 1");
        check.compareLimits();
        assertThat(check.findings.differences)
                .extracting(Difference::subject)
                .containsExactlyInAnyOrder("3", "5", "100500", Integer.toString(HOLDS + 1));
    }

    private void execute(String sql) {
        bench.database.jdbi().useHandle(handle -> handle.execute(sql));
    }
}
