package dev.counterfoil.ledger.rates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.rates.RateLimit.Verdict;
import dev.counterfoil.ledger.rates.World.Fate;
import dev.counterfoil.ledger.rates.World.Trip;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random traffic, latencies, losses and clocks: no window of the source is ever overrun, and under a flood none is missed. */
class RateLimitModelTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final int FIRST_SEED = Integer.getInteger("rates.seed", 1);
    private static final int SEEDS = Integer.getInteger("rates.seeds", 300);

    /** One run. */
    private static final class Run {
        final Random random;
        final Rate rate;
        final World world;
        final List<RateLimit> gateways = new ArrayList<>();
        final Map<Long, Integer> admitted = new TreeMap<>();
        int unanswered;

        Run(long seed, int windowSeconds) {
            random = new Random(seed);
            int[] quotas = {1, 2, 7, 10, 40, 300, 2_000};
            rate = new Rate(quotas[random.nextInt(quotas.length)], windowSeconds);
            world = new World(1_700_000_000L * SECOND + random.nextInt(1_000_000_000));
            int count = 1 + random.nextInt(5);
            for (int i = 0; i < count; i++) {
                gateways.add(world.gateway("k", rate, random.nextLong(), (random.nextDouble() - 0.5) * 0.0008));
            }
        }

        void request() {
            RateLimit gateway = gateways.get(random.nextInt(gateways.size()));
            Verdict verdict = gateway.poll();
            if (verdict == Verdict.ADMITTED) {
                admit();
            } else if (verdict == Verdict.UNKNOWN) {
                unanswered++;
                gateway.take().onComplete(done -> {
                    unanswered--;
                    if (Boolean.TRUE.equals(done.result())) {
                        admit();
                    }
                });
            }
        }

        private void admit() {
            admitted.merge(world.window(rate), 1, Integer::sum);
        }

        /** Requests at a pace that changes, more of them around the ends of windows, where mistakes would be. */
        void traffic(long until) {
            long at = 0;
            while (at < until) {
                long gap = (long) (-Math.log(1 - random.nextDouble()) * rate.windowNanos() / (rate.quota() * pace(at)));
                at += Math.max(1, gap);
                world.at(at, this::request);
            }
            long intoFirst = world.sourceNanos() % rate.windowNanos();
            for (long end = rate.windowNanos() - intoFirst; end < until; end += rate.windowNanos()) {
                for (int i = 0; i < 30; i++) {
                    world.at(end + (random.nextInt(60_000) - 30_000) * 1_000L, this::request);
                }
            }
        }

        private double pace(long at) {
            double[] paces = {0.2, 0.9, 3};
            return paces[(int) (at / (rate.windowNanos() * 2)) % 3];
        }

        String story(long seed) {
            return "seed " + seed + ", " + rate + ", " + gateways.size() + " gateways, admitted " + admitted;
        }
    }

    @Test
    void no_window_is_overrun_whatever_the_network_and_the_clocks_do() {
        System.out.println("rates.seed=" + FIRST_SEED + " rates.seeds=" + SEEDS);
        long admitted = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            Run run = new Run(seed, seed % 3 == 0 ? 60 : 1);
            run.world.weather = () -> new Trip(
                    run.random.nextInt(8_000) * 1_000L,
                    run.random.nextInt(40) == 0 ? run.random.nextInt(1_500) * MS : run.random.nextInt(20_000) * 1_000L,
                    run.random.nextInt(30) == 0 ? Fate.values()[run.random.nextInt(3)] : Fate.ANSWERED);
            long until = 12 * run.rate.windowNanos();
            run.traffic(until);
            run.world.runUntil(until + 30 * SECOND);
            assertThat(run.admitted.values()).as(run.story(seed)).allMatch(count -> count <= run.rate.quota());
            assertThat(run.unanswered).as(run.story(seed)).isZero();
            admitted +=
                    run.admitted.values().stream().mapToInt(Integer::intValue).sum();
        }
        assertThat(admitted).isGreaterThan(100);
    }

    @Test
    void under_a_flood_every_window_gives_exactly_its_quota() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS / 3; seed++) {
            Run run = new Run(seed, 1);
            run.world.weather =
                    () -> new Trip(run.random.nextInt(500) * 1_000L, run.random.nextInt(500) * 1_000L, Fate.ANSWERED);
            for (long at = 0; at < 6 * SECOND; at += 100_000) {
                run.world.at(at, run::request);
            }
            run.world.runUntil(8 * SECOND);
            long first = run.admitted.keySet().iterator().next();
            for (long window = first + 1; window <= first + 5; window++) {
                assertThat(run.admitted).as(run.story(seed)).containsEntry(window, run.rate.quota());
            }
        }
    }

    @Test
    void a_quiet_gateway_keeps_next_to_nothing_from_a_busy_one() {
        Rate rate = new Rate(100, 1);
        World world = new World(1_700_000_000L * SECOND);
        RateLimit quiet = world.gateway("k", rate);
        RateLimit busy = world.gateway("k", rate);
        int[] passed = new int[2];
        for (int window = 0; window < 5; window++) {
            long begin = window * SECOND;
            world.at(begin + 10 * MS, () -> count(quiet, passed, 0));
            for (int i = 0; i < 200; i++) {
                world.at(begin + 20 * MS + i * MS, () -> count(busy, passed, 1));
            }
        }
        world.runUntil(6 * SECOND);
        assertThat(passed[0]).isEqualTo(5);
        // The quiet one holds one spare token in each window after its first.
        assertThat(passed[1]).isBetween(5 * 99 - 5, 5 * 99);
    }

    private static void count(RateLimit limit, int[] passed, int index) {
        Verdict verdict = limit.poll();
        if (verdict == Verdict.ADMITTED) {
            passed[index]++;
        } else if (verdict == Verdict.UNKNOWN) {
            limit.take().onSuccess(admitted -> passed[index] += admitted ? 1 : 0);
        }
    }
}
