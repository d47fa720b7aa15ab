package dev.counterfoil.ledger.rates;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The limits of one kind, by the id of what is limited. Of those that were used in the last two windows each has its limit here, and
 * beyond {@link #MOST_IDLE} the others are forgotten. Ids of things that anybody can make up, such as addresses, need a bound on all
 * of them: what is forgotten past it loses its tokens, and is asked for anew at the source, which forgets nothing. Thread-safe.
 */
public final class RateLimits {
    static final int MOST_IDLE = 10_000;

    private static final long SWEEP_NANOS = 1_000_000_000;

    private final String kind;
    private final TokenSource source;
    private final LongSupplier nanoTime;
    private final RateLimit.Later later;
    private final Map<String, RateLimit> limits = new ConcurrentHashMap<>();
    private final int most;
    private long sweptNanos;

    /** Of things that exist, so that there are no more than of them. */
    public RateLimits(String kind, TokenSource source, LongSupplier nanoTime, RateLimit.Later later) {
        this(kind, source, nanoTime, later, Integer.MAX_VALUE);
    }

    /**
     * @param kind as {@code key}; part of the count's name
     * @param nanoTime as {@link System#nanoTime}
     * @param most how many are known at the same time, about
     */
    public RateLimits(String kind, TokenSource source, LongSupplier nanoTime, RateLimit.Later later, int most) {
        this.most = most;
        this.kind = kind;
        this.source = source;
        this.nanoTime = nanoTime;
        this.later = later;
        this.sweptNanos = nanoTime.getAsLong();
    }

    /** The limit of {@code id}. With another rate than before the tokens held are dropped; what was used stays counted. */
    public RateLimit of(String id, Rate rate) {
        RateLimit known = limits.get(id);
        if (known != null && known.rate().equals(rate)) {
            return known;
        }
        if (known == null && limits.size() >= MOST_IDLE) {
            sweep();
            if (limits.size() >= most) {
                forget();
            }
        }
        return limits.compute(
                id,
                (same, old) -> old != null && old.rate().equals(rate)
                        ? old
                        : new RateLimit(kind + ":" + id, rate, source, nanoTime, later));
    }

    int size() {
        return limits.size();
    }

    /** An eighth of them, those that refuse now last: they save the source the most. */
    private synchronized void forget() {
        int wanted = Math.max(1, most / 8);
        int gone = 0;
        for (boolean all : new boolean[] {false, true}) {
            Iterator<RateLimit> each = limits.values().iterator();
            while (gone < wanted && limits.size() >= most - wanted && each.hasNext()) {
                if (all | !each.next().isRefusing()) {
                    each.remove();
                    gone++;
                }
            }
        }
    }

    private synchronized void sweep() {
        long now = nanoTime.getAsLong();
        if (now - sweptNanos >= SWEEP_NANOS) {
            sweptNanos = now;
            limits.values().removeIf(RateLimit::isIdle);
        }
    }
}
