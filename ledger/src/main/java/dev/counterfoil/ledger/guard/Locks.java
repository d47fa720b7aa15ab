package dev.counterfoil.ledger.guard;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The locks that this gateway knows of, by suspect. At most {@link #MOST}: past it new ones are not remembered here until others
 * have ended, and are learnt anew from each further failure. Thread-safe.
 */
final class Locks {
    static final int MOST = 200_000;

    private final LongSupplier nanoTime;
    private final Map<String, Long> untilNanos = new ConcurrentHashMap<>();

    Locks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** For how long the suspect is locked from now on, in ms rounded up; 0 for not. */
    long leftMs(String suspect) {
        Long until = untilNanos.get(suspect);
        if (until == null) {
            return 0;
        }
        long left = until - nanoTime.getAsLong();
        return left <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(left) + 1;
    }

    /** Keeps the longer of two. */
    void add(String suspect, long leftMs) {
        if (leftMs > 0 && (untilNanos.size() < MOST || untilNanos.containsKey(suspect))) {
            long until = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(leftMs);
            untilNanos.merge(suspect, until, (old, more) -> old - more > 0 ? old : more);
        }
    }

    void forgetEnded() {
        long now = nanoTime.getAsLong();
        untilNanos.values().removeIf(until -> until - now <= 0);
    }

    int size() {
        return untilNanos.size();
    }
}
