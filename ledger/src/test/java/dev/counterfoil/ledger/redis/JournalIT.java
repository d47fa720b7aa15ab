package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.testing.Ledgers;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XAddArgs;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A journal that was trimmed below 10 and has the entries 10..11, 12 and 13..15. */
class JournalIT {
    private static final Cell CELL = Cell.of("journal-it");

    private RedisConnection redis;
    private Journal journal;

    @BeforeEach
    void fill() {
        redis = Ledgers.connectRedis();
        journal = new Journal(redis);
        add(10, 2);
        add(12, 1);
        add(13, 3);
    }

    @AfterEach
    void clear() {
        long unused = await(redis.call(commands -> commands.del(keys())));
        redis.close();
    }

    @Test
    void the_entry_that_holds_a_sequence_is_found() {
        assertThat(first(10)).contains(10L);
        assertThat(first(11)).contains(10L);
        assertThat(first(12)).contains(12L);
        assertThat(first(13)).contains(13L);
        assertThat(first(15)).contains(13L);
    }

    @Test
    void what_was_trimmed_and_what_is_not_posted_yet_is_in_no_entry() {
        assertThat(first(1)).isEmpty();
        assertThat(first(9)).isEmpty();
        assertThat(first(16)).isEmpty();
    }

    @Test
    void an_old_sequence_is_never_searched_from_the_end_of_the_stream() {
        String reset = await(redis.call(commands -> commands.configResetstat()));

        assertThat(reset).isEqualTo("OK");
        assertThat(first(9)).isEmpty();
        String statistics = await(redis.call(commands -> commands.info("commandstats")));
        assertThat(statistics).contains("cmdstat_xrange:calls=1,").doesNotContain("cmdstat_xrevrange");
    }

    @Test
    void one_transaction_of_an_entry_is_read_alone() {
        for (long sequence = 10; sequence <= 15; sequence++) {
            assertThat(alone(sequence)).containsExactly("{\"data\":" + sequence + "}", "{\"result\":" + sequence + "}");
        }
        assertThat(alone(1)).isEmpty();
        assertThat(alone(9)).isEmpty();
        assertThat(alone(16)).isEmpty();
        long gone = await(redis.call(commands -> commands.del(RedisKeys.bytes(RedisKeys.journal(CELL)))));
        assertThat(gone).isOne();
        assertThat(alone(10)).isEmpty();
        add(10, 2);
    }

    @Test
    void one_old_transaction_is_never_searched_from_the_end_of_the_stream() {
        assertThat(alone(9)).isEmpty();
        String reset = await(redis.call(commands -> commands.configResetstat()));
        assertThat(reset).isEqualTo("OK");
        assertThat(alone(9)).isEmpty();
        String statistics = await(redis.call(commands -> commands.info("commandstats")));
        assertThat(statistics).contains("cmdstat_xrange:calls=1,").doesNotContain("cmdstat_xrevrange");
    }

    @Test
    void once_it_was_trimmed_the_oldest_entry_is_not_read_to_find_another() {
        byte[] meta = RedisKeys.bytes(RedisKeys.meta(CELL));
        assertThat(trimBelow(12)).isZero();
        long cold = await(redis.call(commands -> commands.exists(meta)));
        assertThat(cold).isZero();
        boolean added =
                await(redis.call(commands -> commands.hset(meta, RedisKeys.bytes("epoch"), RedisKeys.bytes("1"))));
        assertThat(added).isTrue();
        assertThat(trimBelow(12)).isZero();
        assertThat(trimBelow(10)).isZero();
        assertThat(alone(13)).containsExactly("{\"data\":13}", "{\"result\":13}");
        String reset = await(redis.call(commands -> commands.configResetstat()));
        assertThat(reset).isEqualTo("OK");
        assertThat(alone(11)).isEmpty();
        assertThat(alone(12)).hasSize(2);
        assertThat(alone(15)).hasSize(2);
        assertThat(alone(16)).isEmpty();
        String statistics = await(redis.call(commands -> commands.info("commandstats")));
        assertThat(statistics).contains("cmdstat_xrevrange:calls=3,").doesNotContain("cmdstat_xrange:");
    }

    @Test
    void a_journal_is_trimmed_also_when_redis_is_out_of_memory() {
        byte[] meta = RedisKeys.bytes(RedisKeys.meta(CELL));
        boolean added =
                await(redis.call(commands -> commands.hset(meta, RedisKeys.bytes("epoch"), RedisKeys.bytes("1"))));
        assertThat(added).isTrue();
        for (int sequence = 16; sequence < 1_016; sequence++) {
            add(sequence, 1);
        }
        try {
            configure("1");
            assertThat(trimBelow(1_000)).isPositive();
        } finally {
            configure("0");
        }
        assertThat(alone(1_000)).hasSize(2);
    }

    private void configure(String maxmemory) {
        String set = await(redis.call(commands -> commands.configSet("maxmemory", maxmemory)));
        assertThat(set).isEqualTo("OK");
    }

    private long trimBelow(long first) {
        return await(redis.call(Script.load("trim_journal")
                .<Long>run(redis, ScriptOutputType.INTEGER, keys(), RedisKeys.bytes(Long.toString(first)))));
    }

    private static byte[][] keys() {
        return new byte[][] {RedisKeys.bytes(RedisKeys.meta(CELL)), RedisKeys.bytes(RedisKeys.journal(CELL))};
    }

    private List<String> alone(long sequence) {
        return await(redis.call(Script.load("read_transaction")
                        .<List<Object>>run(
                                redis, ScriptOutputType.MULTI, keys(), RedisKeys.bytes(Long.toString(sequence)))))
                .stream()
                .map(text -> RedisKeys.text((byte[]) text))
                .toList();
    }

    private Optional<Long> first(long sequence) {
        return await(journal.holding(CELL, sequence)).map(JournalEntry::first);
    }

    private void add(long sequence, int transactions) {
        Object[] fields = new Object[4 * transactions];
        for (int i = 0; i < fields.length; i += 4) {
            fields[i] = RedisKeys.bytes("d");
            fields[i + 1] = RedisKeys.bytes("{\"data\":" + (sequence + i / 4) + "}");
            fields[i + 2] = RedisKeys.bytes("r");
            fields[i + 3] = RedisKeys.bytes("{\"result\":" + (sequence + i / 4) + "}");
        }
        byte[] key = RedisKeys.bytes(RedisKeys.journal(CELL));
        XAddArgs id = new XAddArgs().id(sequence + "-0");
        String added = await(redis.call(commands -> commands.xadd(key, id, fields)));
        assertThat(added).isEqualTo(sequence + "-0");
    }
}
