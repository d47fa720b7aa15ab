package dev.counterfoil.ledger.redis;

/**
 * How many transactions may wait for a cell before new requests should be refused: as many as it gets done within the target
 * latency. Little's law says how many that are, and the measured latency by how much the present limit is off.
 *
 * <p>Looked at is the age of the oldest transaction of each answered call, from the queue to its reply. It holds the wait in the
 * queue and the call, and neither a body on its way, nor a stream's life, nor a wait for the books. The reference is fixed: with
 * batches latency grows with load by design, so that one relative to quiet minutes would shed at every peak, and one relative to the
 * recent past would follow a slow rise. About ten times a second the limit is multiplied by target ÷ measured, by no less than a
 * half, and, where it was in use, raised by its square root (as in Netflix's Gradient limit), so that it finds its way back up.
 *
 * <p>Two batches may always wait: with fewer, calls would leave half empty and less would get done, not sooner.
 *
 * <p>One thread at a time, but for {@link #current}.
 */
final class QueueLimit {
    static final int LEAST = 2 * CellQueue.MOST_TRANSACTIONS;

    private static final int FIRST = 1_024;
    private static final long WINDOW_NANOS = 100_000_000;
    private static final double MOST_DOWN = 0.5;

    private final int most;
    private final double targetNanos;
    private volatile int current;
    private double exact;
    private long windowSince;
    private long sum;
    private int samples;
    private boolean used;

    /** @param most never above it, whatever the latency */
    QueueLimit(int most, long targetNanos, long nowNanos) {
        this.most = most;
        this.targetNanos = targetNanos;
        this.windowSince = nowNanos;
        set(FIRST);
    }

    int current() {
        return current;
    }

    /**
     * Takes note of an answered call.
     *
     * @param oldestNanos the age of its oldest transaction
     * @param waiting how many waited when it was answered
     */
    void answered(long oldestNanos, int waiting, long nowNanos) {
        sum += oldestNanos;
        samples++;
        used |= waiting * 2 >= current;
        if (nowNanos - windowSince < WINDOW_NANOS) {
            return;
        }
        double ratio = targetNanos * samples / Math.max(1, sum);
        double next = exact * Math.max(MOST_DOWN, Math.min(1, ratio));
        set(used ? next + Math.sqrt(next) : next);
        windowSince = nowNanos;
        sum = 0;
        samples = 0;
        used = false;
    }

    private void set(double limit) {
        exact = Math.max(Math.min(LEAST, most), Math.min(most, limit));
        current = (int) exact;
    }
}
