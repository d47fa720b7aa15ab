package dev.counterfoil.ledger.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A cell that gets so much done a second, and offers that are refused where as many wait as the limit says. */
class QueueLimitTest {
    private static final long TARGET = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long MS = 1_000_000;

    private final QueueLimit limit = new QueueLimit(10_000, TARGET, 0);
    private long now;
    private double waiting;
    private double done;
    private long oldestMs;

    @Test
    void past_what_the_cell_gets_done_the_wait_stays_near_the_target_and_the_cell_stays_busy() {
        play(20_000, 64, 12, 48_000);
        assertThat(oldestMs).isBetween(150L, 300L);
        done = 0;
        play(10_000, 64, 12, 48_000);
        assertThat(done / 10).isGreaterThan(0.95 * 64 * 1000 / 12);
    }

    @Test
    void a_slow_cell_may_have_two_batches_waiting_all_the_same() {
        play(60_000, 64, 1_000, 1_000);
        assertThat(limit.current()).isBetween(QueueLimit.LEAST, QueueLimit.LEAST + 20);
        done = 0;
        play(20_000, 64, 1_000, 1_000);
        assertThat(done / 20).isGreaterThan(60);
    }

    @Test
    void a_load_below_what_the_cell_gets_done_is_never_shed_and_the_limit_comes_back_after_a_standstill() {
        int before = limit.current();
        play(5_000, 64, 10, 5_000);
        assertThat(limit.current()).isGreaterThanOrEqualTo(before);
        for (int i = 0; i < 20; i++) {
            now += 1_000 * MS;
            limit.answered(1_000 * MS, 500, now);
        }
        assertThat(limit.current()).isEqualTo(QueueLimit.LEAST);
        play(20_000, 64, 10, 20_000);
        assertThat(limit.current()).isGreaterThan(1_000);
    }

    @Test
    void a_limit_that_is_not_used_does_not_grow_and_none_is_above_the_bound() {
        int before = limit.current();
        for (int i = 0; i < 1_000; i++) {
            now += 50 * MS;
            limit.answered(MS, 0, now);
        }
        assertThat(limit.current()).isEqualTo(before);
        QueueLimit small = new QueueLimit(50, TARGET, 0);
        for (int i = 0; i < 100; i++) {
            now += 50 * MS;
            small.answered(MS, 50, now);
        }
        assertThat(small.current()).isEqualTo(50);
    }

    /** @param offered a second; a call takes {@code callMs} whatever its size */
    private void play(int forMs, int batch, int callMs, int offered) {
        long end = now + forMs * MS;
        while (now < end) {
            // First come, first served: the oldest of the next call waited for all that stand before it.
            oldestMs = (long) Math.ceil(waiting / batch) * callMs + callMs;
            double taken = Math.min(batch, waiting);
            waiting -= taken;
            done += taken;
            now += callMs * MS;
            double arrived = offered * callMs / 1_000.0;
            waiting += Math.min(arrived, Math.max(0, limit.current() - waiting));
            if (taken > 0) {
                limit.answered(oldestMs * MS, (int) waiting, now);
            }
        }
    }
}
