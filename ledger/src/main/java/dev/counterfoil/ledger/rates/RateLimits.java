package dev.counterfoil.ledger.rates;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The limits of one kind, by the id of what is limited. Ids have to be of things that exist, such as keys: of those that were
 * used in the last two windows each has its limit here, and beyond {@link #MOST_IDLE} the others are forgotten. Thread-safe.
 */
public final class RateLimits {
    static final int MOST_IDLE = 10_000;

    private static final long SWEEP_NANOS = 1_000_000_000;

    private final String kind;
    private final TokenSource source;
    private final LongSupplier nanoTime;
    private final RateLimit.Later later;
    private final Map<String, RateLimit> limits = new ConcurrentHashMap<>();
    private long sweptNanos;

    /**
     * @param kind as {@code key}; part of the count's name
     * @param nanoTime as {@link System#nanoTime}
     */
    public RateLimits(String kind, TokenSource source, LongSupplier nanoTime, RateLimit.Later later) {
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

    private synchronized void sweep() {
        long now = nanoTime.getAsLong();
        if (now - sweptNanos >= SWEEP_NANOS) {
            sweptNanos = now;
            limits.values().removeIf(RateLimit::isIdle);
        }
    }
}
