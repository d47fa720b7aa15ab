package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.guard.FailureCounts.Count;
import dev.counterfoil.ledger.guard.FailureCounts.Told;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scripts that count failed attempts. */
class RedisFailureCountsIT {
    private static final Duration DAY = Duration.ofDays(1);
    private static final List<Duration> LOCKS =
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofHours(2));

    private RedisConnection redis;
    private RedisFailureCounts counts;

    @BeforeEach
    void start() {
        Servers.flushRedis();
        redis = Ledgers.connectRedis();
        counts = new RedisFailureCounts(redis);
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    private Count fail(long secret) {
        byte[] hash = ByteBuffer.allocate(8).putLong(secret).array();
        return await(counts.count("suspect", hash, 3, DAY, LOCKS));
    }

    private long ttlMs() {
        return await(redis.call(commands -> commands.pttl(bytes(RedisKeys.guesses("suspect")))));
    }

    @Test
    void a_secret_counts_once_and_every_third_locks_for_longer() {
        assertThat(fail(1)).isEqualTo(new Count(true, 0, false));
        assertThat(ttlMs()).isBetween(DAY.toMillis() - 60_000, DAY.toMillis());
        assertThat(fail(1)).isEqualTo(new Count(false, 0, false));
        assertThat(fail(2).counted()).isTrue();
        locks(fail(3), 60_000);
        assertThat(ttlMs()).as("the count outlives its lock").isGreaterThan(DAY.toMillis());
        Count again = fail(3);
        assertThat(again.counted() || again.locks()).isFalse();
        assertThat(again.lockedMs()).isBetween(1L, 60_000L);
        assertThat(fail(4).locks() || fail(5).locks()).isFalse();
        locks(fail(6), 300_000);
        for (long lock = 3; lock < 6; lock++) {
            assertThat(fail(3 * lock).locks() || fail(3 * lock + 1).locks()).isFalse();
            locks(fail(3 * lock + 2), 7_200_000);
        }
    }

    private static void locks(Count count, long ms) {
        assertThat(count.counted() && count.locks()).isTrue();
        assertThat(count.lockedMs()).isBetween(ms - 5_000, ms);
    }

    @Test
    void a_count_that_lapsed_begins_anew() throws InterruptedException {
        byte[] secret = new byte[8];
        assertThat(await(counts.count("brief", secret, 3, Duration.ofMillis(20), LOCKS))
                        .counted())
                .isTrue();
        Thread.sleep(60);
        assertThat(await(counts.count("brief", secret, 3, DAY, LOCKS)).counted())
                .isTrue();
    }

    @Test
    void what_a_guesser_costs_in_memory_is_bounded() {
        assertThat(fail(0).counted()).isTrue();
        long first = bytesUsed();
        for (long secret = 1; secret < 1_000; secret++) {
            assertThat(fail(secret).counted()).isTrue();
        }
        long most = bytesUsed();
        System.out.println("A suspect costs " + first + " bytes at first, " + most + " at most");
        assertThat(first).isLessThan(300);
        assertThat(most).isLessThan(3_000);
    }

    private long bytesUsed() {
        return await(redis.call(commands -> commands.memoryUsage(bytes(RedisKeys.guesses("suspect")))));
    }

    @Test
    void locks_are_told_in_order_and_read_on_from_where_a_reader_was() {
        assertThat(await(counts.told(null))).isEmpty();
        await(counts.tell("a", Duration.ofMinutes(1)));
        await(counts.tell("b", Duration.ofMinutes(5)));
        List<Told> told = await(counts.told(null));
        assertThat(told).extracting(Told::suspect).containsExactly("a", "b");
        assertThat(told.get(1).leftMs()).isBetween(295_000L, 300_000L);
        await(counts.tell("c", Duration.ofMillis(1)));
        List<Told> later = await(counts.told(told.get(1).entry()));
        assertThat(later).extracting(Told::suspect).containsExactly("c");
        assertThat(await(counts.told(later.get(0).entry()))).isEmpty();
    }

    @Test
    void look_ups_of_inactive_cards_are_counted_by_card_and_program_and_kept_for_a_year() {
        await(counts.countInactiveLookup("demo", "c1"));
        await(counts.countInactiveLookup("demo", "c1"));
        await(counts.countInactiveLookup("demo", "c3"));
        await(counts.countInactiveLookup("other", "c2"));
        assertThat(await(counts.inactiveLookups("demo", List.of("c3", "c2", "c1"))))
                .containsExactly(1L, 0L, 2L);
        assertThat(await(counts.inactiveLookups("demo", List.of()))).isEmpty();
        long ttl = await(redis.call(commands -> commands.pttl(bytes(RedisKeys.inactiveLookups("demo", "c1")))));
        assertThat(ttl).isGreaterThan(Duration.ofDays(365).toMillis());
    }

    @Test
    void a_days_failures_are_numbered_and_an_answer_is_used_once() {
        assertThat(await(counts.countOfDay("demo", "2026-11-27"))).isEqualTo(1);
        assertThat(await(counts.countOfDay("demo", "2026-11-27"))).isEqualTo(2);
        assertThat(await(counts.countOfDay("demo", "2026-11-28"))).isEqualTo(1);
        long ttl = await(redis.call(commands -> commands.pttl(bytes(RedisKeys.failures("demo", "2026-11-27")))));
        assertThat(ttl).isPositive();
        assertThat(await(counts.useOnce("nonce", Duration.ofMinutes(1)))).isTrue();
        assertThat(await(counts.useOnce("nonce", Duration.ofMinutes(1)))).isFalse();
    }
}
