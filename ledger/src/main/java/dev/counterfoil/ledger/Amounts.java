package dev.counterfoil.ledger;

import com.google.errorprone.annotations.CanIgnoreReturnValue;

/** The range of every amount, balance, unit and count: what Lua and JSON hold exactly (IEEE 754, RFC 8259 section 6). */
public final class Amounts {
    /** 2^53 − 1. */
    public static final long MAX = 9_007_199_254_740_991L;

    private Amounts() {}

    /** Returns {@code value} when it is in 1..2^53−1, else throws with the name, the value and the range. */
    @CanIgnoreReturnValue
    public static long positive(String name, long value) {
        return within(name, value, 1, MAX);
    }

    /** Returns {@code value} when it is in {@code least..most}, else throws with the name, the value and the range. */
    @CanIgnoreReturnValue
    public static long within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + ".." + most + ")");
        }
        return value;
    }
}
