package dev.counterfoil.gateway.linearizability;

/**
 * What was asked of a number that never falls below zero, a card's balance or an item's units, and what was answered.
 *
 * @param delta what was to be added, below zero to be taken
 * @param value what the answer told: the number after ({@code POSTED}) or the number there ({@code LACKING}, {@code READ})
 */
public record Change(Answer answer, long delta, long value) {
    private static final long UNTOLD = Long.MIN_VALUE;

    /** How a call ended. */
    public enum Answer {
        POSTED,
        /** Refused, for there was too little of this number. */
        LACKING,
        /** Refused for something else that is looked at later, so there was enough of this number. */
        ENOUGH,
        READ,
        UNKNOWN
    }

    public static Change posted(long delta, long after) {
        return new Change(Answer.POSTED, delta, after);
    }

    /** Posted, and the answer does not tell the number. */
    public static Change posted(long delta) {
        return new Change(Answer.POSTED, delta, UNTOLD);
    }

    public static Change lacking(long delta, long there) {
        return new Change(Answer.LACKING, delta, there);
    }

    public static Change enough(long delta) {
        return new Change(Answer.ENOUGH, delta, UNTOLD);
    }

    public static Change read(long value) {
        return new Change(Answer.READ, 0, value);
    }

    public static Change unknown(long delta) {
        return new Change(Answer.UNKNOWN, delta, UNTOLD);
    }

    boolean tellsOf(long number) {
        return value == UNTOLD || value == number;
    }
}
