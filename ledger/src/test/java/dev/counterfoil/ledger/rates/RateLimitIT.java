package dev.counterfoil.ledger.rates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.rates.RateLimit.Verdict;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisTokens;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gateways' limits, each with its connection, over one real Redis, and more requests than the limit from many threads. */
class RateLimitIT {
    private final Vertx vertx = Vertx.vertx();
    private final List<RedisConnection> connections = new ArrayList<>();

    /** Tokens given away by Redis, by the end of their window. */
    private final Map<Long, Integer> given = new ConcurrentHashMap<>();

    private final AtomicInteger calls = new AtomicInteger();

    @BeforeEach
    void start() {
        Servers.flushRedis();
    }

    @AfterEach
    void stop() {
        connections.forEach(RedisConnection::close);
        Ledgers.await(vertx.close());
    }

    private RateLimit gateway(Rate rate) {
        RedisConnection redis = Ledgers.connectRedis();
        connections.add(redis);
        RedisTokens tokens = new RedisTokens(redis);
        TokenSource watched = (limit, same, wanted) -> {
            calls.incrementAndGet();
            return tokens.lease(limit, same, wanted)
                    .onSuccess(grant -> given.merge(grant.windowEndMs(), grant.tokens(), Integer::sum));
        };
        RateLimits limits =
                new RateLimits("key", watched, System::nanoTime, (ms, task) -> vertx.setTimer(ms, id -> task.run()));
        return limits.of("k", rate);
    }

    /** Admissions by window. Those that were seen on both sides of a window's end are not surely of one. */
    private static final class Admitted {
        final Map<Long, Integer> surely = new ConcurrentSkipListMap<>();
        final AtomicInteger atAnEnd = new AtomicInteger();
        final AtomicLong all = new AtomicLong();
    }

    @ParameterizedTest
    @CsvSource({"3, 2", "50, 2", "1000, 3", "20000, 2"})
    void exactly_the_quota_passes_in_each_window_over_all_gateways(int quota, int gateways) throws Exception {
        Rate rate = new Rate(quota, 1);
        List<RateLimit> limits = new ArrayList<>();
        for (int i = 0; i < gateways; i++) {
            limits.add(gateway(rate));
        }
        Admitted admitted = new Admitted();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(5_300);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2 * gateways; i++) {
            RateLimit limit = limits.get(i % gateways);
            threads.add(new Thread(() -> flood(limit, admitted, end)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(20_000);
        }
        String story = "admitted " + admitted.surely + ", at an end " + admitted.atAnEnd + ", given " + given
                + ", calls " + calls;
        System.out.println(rate + " over " + gateways + ": " + story);
        List<Long> windows = new ArrayList<>(new TreeMap<>(given).keySet());
        assertThat(windows).as(story).hasSizeGreaterThanOrEqualTo(5);
        for (long window : windows) {
            assertThat(given.get(window)).as(story).isLessThanOrEqualTo(quota);
            assertThat(admitted.surely.getOrDefault(window, 0)).as(story).isLessThanOrEqualTo(quota);
        }
        // Whole windows, under a flood from their beginning.
        for (long window : windows.subList(1, windows.size() - 1)) {
            assertThat(given.get(window)).as(story).isEqualTo(quota);
        }
        int wholly = windows.subList(1, windows.size() - 1).stream()
                .mapToInt(window -> admitted.surely.getOrDefault(window, 0))
                .sum();
        assertThat(wholly + admitted.atAnEnd.get()).as(story).isGreaterThanOrEqualTo((windows.size() - 2) * quota);
        assertThat(admitted.all.get())
                .as(story)
                .isLessThanOrEqualTo(
                        given.values().stream().mapToInt(Integer::intValue).sum());
        // A refused flood costs a call or two a window, a served one grows its blocks.
        assertThat(calls.get()).as(story).isLessThan(windows.size() * gateways * (quota < 100 ? quota + 4 : 40));
    }

    private static void flood(RateLimit limit, Admitted admitted, long endNanos) {
        while (System.nanoTime() - endNanos < 0) {
            long before = windowEndMs();
            Verdict verdict = limit.poll();
            if (verdict == Verdict.UNKNOWN) {
                verdict = waited(limit);
            }
            if (verdict == Verdict.ADMITTED) {
                admitted.all.incrementAndGet();
                if (before == windowEndMs()) {
                    admitted.surely.merge(before, 1, Integer::sum);
                } else {
                    admitted.atAnEnd.incrementAndGet();
                }
            } else {
                LockSupport.parkNanos(20_000);
            }
        }
    }

    private static Verdict waited(RateLimit limit) {
        Future<Boolean> answer = limit.take();
        return Ledgers.await(answer) ? Verdict.ADMITTED : Verdict.REFUSED;
    }

    /** Redis runs on this machine, by the same clock. */
    private static long windowEndMs() {
        return (System.currentTimeMillis() / 1_000 + 1) * 1_000;
    }

    @Test
    void a_gateway_that_was_served_and_falls_quiet_keeps_at_most_a_tenth_of_the_quota() throws Exception {
        // Both run in one minute, so that nothing lapses in between.
        while (System.currentTimeMillis() % 60_000 > 50_000) {
            Thread.sleep(500);
        }
        Rate rate = new Rate(1_000, 60);
        RateLimit quiet = gateway(rate);
        RateLimit busy = gateway(rate);
        int served = 0;
        for (int i = 0; i < 300; i++) {
            served += take(quiet) ? 1 : 0;
        }
        int others = 0;
        for (int i = 0; i < 1_000; i++) {
            others += take(busy) ? 1 : 0;
        }
        assertThat(served).isEqualTo(300);
        assertThat(others).isBetween(600, 700);
        assertThat(given.values()).containsExactly(1_000);
        // What the quiet one kept is not lost to it.
        int rest = 0;
        while (take(quiet)) {
            rest++;
        }
        assertThat(served + others + rest).isEqualTo(1_000);
    }

    private static boolean take(RateLimit limit) {
        Verdict verdict = limit.poll();
        return (verdict == Verdict.UNKNOWN ? waited(limit) : verdict) == Verdict.ADMITTED;
    }

    @Test
    void a_waiter_is_answered_on_its_own_event_loop() {
        RateLimit limit = gateway(new Rate(100_000, 60));
        List<Future<Boolean>> checks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            var context = vertx.getOrCreateContext();
            io.vertx.core.Promise<Boolean> same = io.vertx.core.Promise.promise();
            context.runOnContext(begun -> limit.take()
                    .onComplete(done -> same.complete(done.succeeded() && Vertx.currentContext() == context)));
            checks.add(same.future());
        }
        for (Future<Boolean> check : checks) {
            assertThat(Ledgers.await(check)).isTrue();
        }
    }
}
