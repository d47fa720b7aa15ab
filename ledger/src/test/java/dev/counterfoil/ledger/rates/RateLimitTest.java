package dev.counterfoil.ledger.rates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.rates.RateLimit.Verdict;
import dev.counterfoil.ledger.rates.TokenSource.Grant;
import dev.counterfoil.ledger.rates.World.Fate;
import dev.counterfoil.ledger.rates.World.Trip;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One limit, step by step, in a time that the test moves. */
class RateLimitTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;

    private final World world = new World(1_000_000 * SECOND);

    /** Takes at once or waits; true when admitted. */
    private static Future<Boolean> request(RateLimit limit) {
        return switch (limit.poll()) {
            case ADMITTED -> Future.succeededFuture(true);
            case REFUSED -> Future.succeededFuture(false);
            case UNKNOWN -> limit.take();
        };
    }

    private static int admitted(List<Future<Boolean>> requests) {
        return (int) requests.stream()
                .filter(request -> Boolean.TRUE.equals(request.result()))
                .count();
    }

    private static List<Future<Boolean>> requests(RateLimit limit, int count) {
        List<Future<Boolean>> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(request(limit));
        }
        return requests;
    }

    @Test
    void of_a_small_quota_each_token_is_had_once_over_three_gateways() {
        Rate rate = new Rate(7, 1);
        List<RateLimit> gateways =
                List.of(world.gateway("k", rate), world.gateway("k", rate), world.gateway("k", rate));
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(request(gateways.get(i % 3)));
            world.runUntil(world.now() + MS);
        }
        assertThat(all).allMatch(Future::succeeded);
        assertThat(admitted(all)).isEqualTo(7);
        assertThat(admitted(all.subList(0, 7))).isEqualTo(7);
    }

    @Test
    void after_the_first_refusal_a_flood_asks_no_more_until_the_window_ends() {
        RateLimit limit = world.gateway("k", new Rate(20, 1));
        assertThat(limit.poll()).isEqualTo(Verdict.UNKNOWN);
        List<Future<Boolean>> flood = requests(limit, 30);
        world.runUntil(MS);
        assertThat(admitted(flood)).isEqualTo(20);
        int calls = world.calls();
        for (int i = 0; i < 990; i++) {
            assertThat(limit.poll()).as("at " + world.now()).isEqualTo(Verdict.REFUSED);
            world.runUntil(world.now() + MS);
        }
        assertThat(world.calls()).isEqualTo(calls);
        world.runUntil(SECOND + 3 * MS);
        assertThat(limit.poll()).isEqualTo(Verdict.UNKNOWN);
        Future<Boolean> next = request(limit);
        world.runUntil(world.now() + MS);
        assertThat(next.result()).isTrue();
        assertThat(world.calls()).isEqualTo(calls + 1);
    }

    @Test
    void one_call_is_out_at_a_time_and_what_gathered_goes_with_the_next() {
        world.weather = () -> new Trip(5 * MS, 5 * MS, Fate.ANSWERED);
        RateLimit limit = world.gateway("k", new Rate(1_000, 1));
        List<Future<Boolean>> waiting = requests(limit, 50);
        assertThat(world.calls()).isEqualTo(1);
        world.runUntil(10 * MS);
        assertThat(admitted(waiting)).isEqualTo(1);
        assertThat(world.calls()).isEqualTo(2);
        world.runUntil(20 * MS);
        assertThat(admitted(waiting)).isEqualTo(50);
        assertThat(world.calls()).isEqualTo(2);
    }

    @Test
    void blocks_grow_with_need_up_to_a_tenth_of_the_quota_and_shrink_with_it() {
        RateLimit limit = world.gateway("k", new Rate(1_000, 1));
        List<Integer> blocks = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            int before = given();
            Future<Boolean> one = request(limit);
            world.runUntil(world.now() + MS);
            assertThat(one.result()).isTrue();
            if (given() > before) {
                blocks.add(given() - before);
            }
        }
        assertThat(blocks).startsWith(1, 2, 4, 8, 16, 32, 64).contains(101).allMatch(block -> block <= 101);
        // The next window begins with what this one needed, and one without need ends that.
        world.runUntil(SECOND + 10 * MS);
        assertThat(blockOf(limit)).isEqualTo(101);
        world.runUntil(2 * SECOND + 10 * MS);
        assertThat(blockOf(limit)).isEqualTo(2);
        world.runUntil(4 * SECOND + 10 * MS);
        assertThat(blockOf(limit)).isEqualTo(1);
    }

    private int blockOf(RateLimit limit) {
        int before = given();
        Future<Boolean> one = request(limit);
        world.runUntil(world.now() + MS);
        assertThat(one.result()).isTrue();
        return given() - before;
    }

    private int given() {
        return world.given.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Test
    void tokens_lapse_before_the_window_ends_by_the_sources_clock() {
        RateLimit limit = world.gateway("k", new Rate(1_000, 1));
        for (int i = 0; i < 100; i++) {
            Future<Boolean> one = request(limit);
            world.runUntil(world.now() + MS);
            assertThat(one.result()).isTrue();
        }
        world.runUntil(990 * MS);
        assertThat(limit.poll()).isEqualTo(Verdict.ADMITTED);
        world.runUntil(999 * MS);
        assertThat(limit.poll()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void the_time_that_a_call_took_is_taken_off_what_its_tokens_live() {
        world.weather = () -> new Trip(MS, 100 * MS, Fate.ANSWERED);
        RateLimit limit = world.gateway("k", new Rate(1_000, 1));
        List<Future<Boolean>> some = requests(limit, 11);
        world.runUntil(300 * MS);
        some.addAll(requests(limit, 2));
        world.runUntil(500 * MS);
        assertThat(admitted(some)).isEqualTo(13);
        world.runUntil(990 * MS);
        assertThat(limit.poll()).isEqualTo(Verdict.ADMITTED);
        world.runUntil(1_001 * MS);
        assertThat(limit.poll()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void a_lost_answer_counts_as_spent_and_is_unavailable_to_those_who_waited() {
        Rate rate = new Rate(10, 60);
        RateLimit limit = world.gateway("k", rate);
        world.weather = () -> new Trip(MS, MS, Fate.LOST_AFTER);
        List<Future<Boolean>> lost = requests(limit, 4);
        world.runUntil(3 * SECOND);
        assertThat(lost).allSatisfy(one -> assertThat(one.cause()).isInstanceOf(LedgerFault.Unavailable.class));
        world.weather = () -> new Trip(MS, MS, Fate.ANSWERED);
        List<Future<Boolean>> after = requests(limit, 20);
        world.runUntil(4 * SECOND);
        assertThat(admitted(after)).isEqualTo(9);
        assertThat(after).allMatch(Future::succeeded);
    }

    @Test
    void more_than_may_wait_are_overload_and_the_others_are_served() {
        RateLimit limit = world.gateway("k", new Rate(1_000_000, 1));
        List<Future<Boolean>> all = requests(limit, RateLimit.MOST_WAITING + 5);
        assertThat(all.subList(RateLimit.MOST_WAITING, all.size()))
                .allSatisfy(one -> assertThat(one.cause()).isInstanceOf(LedgerFault.Overloaded.class));
        world.runUntil(SECOND / 2);
        assertThat(admitted(all)).isEqualTo(RateLimit.MOST_WAITING);
    }

    @Test
    void a_source_slower_than_the_window_is_unavailable_and_nothing_waits_for_ever() {
        world.weather = () -> new Trip(600 * MS, 600 * MS, Fate.ANSWERED);
        RateLimit limit = world.gateway("k", new Rate(100, 1));
        List<Future<Boolean>> waiting = requests(limit, 3);
        world.runUntil(10 * SECOND);
        assertThat(waiting).allSatisfy(one -> assertThat(one.cause()).isInstanceOf(LedgerFault.Unavailable.class));
        assertThat(world.calls()).isEqualTo(3);
    }

    @Test
    void who_comes_in_the_last_moment_of_a_window_waits_for_the_next() {
        RateLimit limit = world.gateway("k", new Rate(100, 1));
        world.runUntil(999 * MS);
        Future<Boolean> one = request(limit);
        world.runUntil(1_005 * MS);
        assertThat(one.result()).isTrue();
        assertThat(world.calls()).isEqualTo(2);
    }

    @Test
    void what_is_left_and_the_seconds_to_the_end_are_told() {
        RateLimit limit = world.gateway("k", new Rate(100, 60));
        List<Future<Boolean>> some = requests(limit, 30);
        world.runUntil(10 * SECOND);
        assertThat(admitted(some)).isEqualTo(30);
        assertThat(limit.left()).isEqualTo(70);
        long end = 60 - 1_000_000 % 60;
        assertThat(limit.secondsToEnd()).isEqualTo(end - 10);
        world.runUntil(10 * SECOND + 1);
        assertThat(limit.secondsToEnd()).isEqualTo(end - 10);
        world.runUntil(end * SECOND - 1);
        assertThat(limit.secondsToEnd()).isEqualTo(1);
        world.runUntil(end * SECOND + SECOND);
        assertThat(limit.secondsToEnd()).isEqualTo(1);
    }

    @Test
    void a_source_whose_clock_went_back_goes_on_counting_and_is_itself_again_after_two_windows() {
        Rate rate = new Rate(10, 1);
        RateLimit limit = world.gateway("k", rate);
        List<Future<Boolean>> first = requests(limit, 20);
        world.runUntil(100 * MS);
        assertThat(admitted(first)).isEqualTo(10);
        world.stepSource(-3_600 * SECOND);
        RateLimit other = world.gateway("k", rate);
        int passed = 0;
        while (world.now() < 2 * SECOND) {
            Future<Boolean> one = request(other);
            world.runUntil(world.now() + MS);
            passed += Boolean.TRUE.equals(one.result()) ? 1 : 0;
        }
        assertThat(passed).isZero();
        world.runUntil(2 * SECOND + 5 * MS);
        Future<Boolean> again = request(other);
        world.runUntil(world.now() + MS);
        assertThat(again.result()).isTrue();
    }

    @Test
    void who_slept_between_looking_and_taking_is_not_served_in_the_next_window() {
        long[] clock = {0, 0};
        Grant grant = new Grant(10, 1_000, 1_000_000, 0);
        RateLimit limit = new RateLimit(
                "k",
                new Rate(100, 1),
                (name, rate, tokens) -> Future.succeededFuture(grant),
                () -> {
                    long now = clock[0];
                    clock[0] += clock[1];
                    return now;
                },
                (delayMs, task) -> {});
        assertThat(request(limit).result()).isTrue();
        assertThat(limit.poll()).isEqualTo(Verdict.ADMITTED);
        clock[1] = SECOND;
        assertThat(limit.poll()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void idle_limits_are_forgotten_and_busy_ones_are_not() {
        RateLimits limits = new RateLimits(
                "key", (name, rate, tokens) -> Future.failedFuture("away"), world::now, (ms, task) -> {});
        Rate rate = new Rate(10, 1);
        for (int i = 0; i < RateLimits.MOST_IDLE; i++) {
            assertThat(limits.of("k" + i, rate)).isSameAs(limits.of("k" + i, rate));
        }
        assertThat(limits.size()).isEqualTo(RateLimits.MOST_IDLE);
        world.runUntil(500 * MS);
        RateLimit busy = limits.of("busy", rate);
        assertThat(limits.size()).isEqualTo(RateLimits.MOST_IDLE + 1);
        world.runUntil(1_200 * MS);
        RateLimit late = limits.of("late", rate);
        assertThat(limits.size()).isEqualTo(2);
        assertThat(limits.of("busy", rate)).isSameAs(busy);
        assertThat(limits.of("late", new Rate(11, 1))).isNotSameAs(late);
    }
}
