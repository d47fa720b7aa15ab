package dev.counterfoil.ledger;

/**
 * Closes the dues: refuses INSUFFICIENT_BALANCE when something is left of one, or nothing was given at all.
 *
 * @param mayRemain whether what was not paid may remain
 * @param mayBeNothing whether all of it may, as of a claw-back from a balance that is spent
 */
public record PaidLeg(boolean mayRemain, boolean mayBeNothing) implements Leg {
    public PaidLeg {
        if (mayBeNothing && !mayRemain) {
            throw new IllegalArgumentException("mayBeNothing: true (expected: false where nothing may remain)");
        }
    }

    /** Something has to be given. */
    public PaidLeg(boolean mayRemain) {
        this(mayRemain, false);
    }
}
