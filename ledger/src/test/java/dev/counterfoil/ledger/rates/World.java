package dev.counterfoil.ledger.rates;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.rates.TokenSource.Grant;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Gateways and a source of tokens in a time that only {@link #runUntil} moves. The source counts as {@code lease.lua} does, by
 * a clock of its own; how long a call and its answer take, and whether they arrive, is the test's to say. Not thread-safe.
 */
final class World {
    private static final long UNANSWERED_NANOS = 2_000_000_000L;

    /** What becomes of a call. */
    enum Fate {
        ANSWERED,
        LOST_BEFORE,
        LOST_AFTER
    }

    /** How a call travels: nanoseconds to the source and back. */
    record Trip(long there, long back, Fate fate) {}

    interface Weather {
        Trip trip();
    }

    private record Event(long at, long order, Runnable task) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<String, long[]> counts = new HashMap<>();
    private long order;
    private long now;
    private long sourceAheadNanos;
    private int calls;

    /** Tokens given away, by the source's window. */
    final Map<Long, Integer> given = new TreeMap<>();

    Weather weather = () -> new Trip(50_000, 50_000, Fate.ANSWERED);

    /** @param sourceNanos what the source's clock shows at first */
    World(long sourceNanos) {
        this.sourceAheadNanos = sourceNanos;
    }

    long now() {
        return now;
    }

    int calls() {
        return calls;
    }

    long sourceNanos() {
        return now + sourceAheadNanos;
    }

    void stepSource(long nanos) {
        sourceAheadNanos += nanos;
    }

    /** The number of the window that the source is in. */
    long window(Rate rate) {
        return Math.floorDiv(sourceNanos(), rate.windowNanos());
    }

    void at(long when, Runnable task) {
        events.add(new Event(Math.max(now, when), order++, task));
    }

    void runUntil(long when) {
        while (!events.isEmpty() && events.element().at() <= when) {
            Event next = events.remove();
            now = next.at();
            next.task().run();
        }
        now = when;
    }

    /** The limit {@code name} in one more gateway, whose clock began anywhere and runs a little wrong. */
    RateLimit gateway(String name, Rate rate, long origin, double wrong) {
        return new RateLimit(
                name,
                rate,
                this::lease,
                () -> origin + now + Math.round(now * wrong),
                (delayMs, task) -> at(now + delayMs * 1_000_000, task));
    }

    RateLimit gateway(String name, Rate rate) {
        return gateway(name, rate, 0, 0);
    }

    private Future<Grant> lease(String name, Rate rate, int tokens) {
        calls++;
        Promise<Grant> answer = Promise.promise();
        Trip trip = weather.trip();
        if (trip.fate() != Fate.ANSWERED) {
            at(now + UNANSWERED_NANOS, () -> answer.fail(new LedgerFault.Unavailable("no answer")));
        }
        if (trip.fate() != Fate.LOST_BEFORE) {
            at(now + trip.there(), () -> {
                Grant grant = take(name, rate, tokens);
                if (trip.fate() == Fate.ANSWERED) {
                    at(now + trip.back(), () -> answer.complete(grant));
                }
            });
        }
        return answer.future();
    }

    private Grant take(String name, Rate rate, int tokens) {
        long current = window(rate);
        long[] count = counts.computeIfAbsent(name, unused -> new long[] {current, 0});
        if (count[0] < current) {
            count[0] = current;
            count[1] = 0;
        }
        count[0] = Math.min(count[0], current + 1);
        int granted = (int) Math.max(0, Math.min(tokens, rate.quota() - count[1]));
        count[1] += granted;
        given.merge(count[0], granted, Integer::sum);
        long endNanos = (count[0] + 1) * rate.windowNanos();
        return new Grant(granted, endNanos / 1_000_000, (endNanos - sourceNanos()) / 1_000, (int)
                Math.max(0, rate.quota() - count[1]));
    }
}
