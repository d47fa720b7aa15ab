package dev.counterfoil.ledger.redis;

/**
 * What this process saw of a cell in its present epoch. A rebuilt cell goes on from what the books hold, which may be less than
 * was acknowledged before: what was seen in an epoch that is over says nothing of the next. Thread-safe.
 */
final class SeenSequences {
    private long epoch;
    private long floor;
    private long kept;
    private long notedEpoch;
    private long notedFloor;

    /** The highest sequence that was seen acknowledged or settled in {@code now}, the cell's epoch. */
    synchronized long floor(long now) {
        begin(now);
        return floor;
    }

    /** The highest sequence up to which everything is known to be on a replica, where there is one, or settled. */
    synchronized long kept(long now) {
        begin(now);
        return kept;
    }

    /** Never lowers anything. */
    synchronized void raise(long in, long toFloor, long toKept) {
        begin(in);
        if (in == epoch) {
            floor = Math.max(floor, toFloor);
            kept = Math.max(kept, toKept);
        }
    }

    /** The floor, where it was not noted yet; 0 else. From here on it counts as noted. */
    synchronized long toBeNoted(long now) {
        begin(now);
        if (notedEpoch == epoch && notedFloor >= floor) {
            return 0;
        }
        notedEpoch = epoch;
        notedFloor = floor;
        return floor;
    }

    /** It could not be noted. */
    synchronized void notNoted() {
        notedFloor = 0;
    }

    private void begin(long now) {
        if (epoch < now) {
            epoch = now;
            floor = 0;
            kept = 0;
        }
    }
}
