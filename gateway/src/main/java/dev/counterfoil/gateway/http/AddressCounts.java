package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.rates.Rate;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * Counts the requests of every address in a window, in this process, in fixed memory: a count-min sketch. Whatever a flood comes
 * from, it takes no more memory, makes no garbage, asks nobody, and makes no address be forgotten. An address is never counted too
 * low; it is counted too high only where others, by chance, share all of its three places. Thread-safe.
 */
final class AddressCounts {
    private static final int ROWS = 3;
    private static final int SLOTS = 1 << 15;
    private static final int COUNT_BITS = 32;

    private final Rate rate;
    private final LongSupplier clockMs;
    private final long seed = new SecureRandom().nextLong();

    /** In each place the number of a window, and below it how many were counted in that window. */
    private final AtomicLongArray places = new AtomicLongArray(ROWS * SLOTS);

    /** @param clockMs milliseconds since the epoch */
    AddressCounts(Rate rate, LongSupplier clockMs) {
        this.rate = rate;
        this.clockMs = clockMs;
    }

    /** Counts a request. False where the window has had as many of this address before. */
    boolean admits(InetAddress address) {
        if (rate.isOff()) {
            return true;
        }
        long window = window();
        long hash = mixed(ClientNetwork.of(address) ^ seed);
        long least = Long.MAX_VALUE;
        for (int row = 0; row < ROWS; row++) {
            int slot = (int) (hash >>> row * 16) & SLOTS - 1;
            least = Math.min(least, counted(row * SLOTS + slot, window));
        }
        return least <= rate.quota();
    }

    /** Whole seconds to the end of the window; at least 1. */
    long secondsToEnd() {
        long leftMs = rate.windowMs() - clockMs.getAsLong() % rate.windowMs();
        return Math.max(1, (leftMs + 999) / 1_000);
    }

    private long window() {
        return clockMs.getAsLong() / rate.windowMs() & 0xffff_ffffL;
    }

    /** How many were counted there in the window, with this one. */
    private long counted(int place, long window) {
        while (true) {
            long before = places.get(place);
            long count = before >>> COUNT_BITS == window ? before & 0xffff_ffffL : 0;
            if (count > rate.quota()) {
                return count;
            }
            if (places.compareAndSet(place, before, window << COUNT_BITS | count + 1)) {
                return count + 1;
            }
        }
    }

    /** The finalizer of SplitMix64: every bit of the result depends on every bit. */
    private static long mixed(long value) {
        long mixed = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
