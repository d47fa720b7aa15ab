package dev.counterfoil.loadtest.openloop;

import java.util.Arrays;

/** What became of the requests of a phase: how many of each kind, and how long those of a kind took. One thread. */
public final class Answered {
    /** What a request can end as. */
    public enum Kind {
        /** 201. */
        DONE,
        /** 503. */
        SHED,
        /** Any other status. */
        OTHER,
        /** The connection ended without an answer. */
        BROKEN,
        /** No connection was free when it was due: the generator's fault. */
        NOT_SENT
    }

    private final long[][] micros = new long[Kind.values().length][1_024];
    private final int[] counts = new int[Kind.values().length];

    void add(Kind kind, long nanos) {
        int at = kind.ordinal();
        if (counts[at] == micros[at].length) {
            micros[at] = Arrays.copyOf(micros[at], counts[at] * 2);
        }
        micros[at][counts[at]++] = nanos / 1_000;
    }

    public int count(Kind kind) {
        return counts[kind.ordinal()];
    }

    /** Milliseconds within which {@code percent} of a kind were answered; 0 without any. */
    public double millis(Kind kind, double percent) {
        int count = count(kind);
        if (count == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(micros[kind.ordinal()], count);
        Arrays.sort(sorted);
        return sorted[Math.min(count - 1, (int) Math.ceil(count * percent / 100) - 1)] / 1_000.0;
    }
}
