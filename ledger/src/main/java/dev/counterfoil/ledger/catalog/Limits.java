package dev.counterfoil.ledger.catalog;

import org.jspecify.annotations.Nullable;

/**
 * How many units may be redeemed: of one item, or, on a program, of all its items together. Null is no limit. A day is 00:00 to
 * 24:00 in the program's zone.
 *
 * @param failuresDaily of a program: failed attempts a day with publishable keys, past which these have to solve challenges; null:
 *     {@value #FAILURES_DAILY}
 * @param verifiedAccounts of a program: whether only accounts whose holder was verified (实名) pay from their balance
 */
public record Limits(
        @Nullable Long perAccountDaily,
        @Nullable Long perCardDaily,
        @Nullable Long perAccountTotal,
        @Nullable Long failuresDaily,
        boolean verifiedAccounts) {
    /** Failed attempts a day that a program takes where it does not say. */
    public static final long FAILURES_DAILY = 1_000;

    /**
     * The most that a program may take: with it, of 2.7 billion cards whose secrets are digits, one is guessed in a hundred years. From there on
     * a challenge is asked of publishable keys from the first attempt ({@link MadeCards}).
     */
    public static final long MOST_FAILURES_DAILY = 100_000;

    public static final Limits NONE = new Limits(null, null, null);

    public Limits {
        perAccountDaily = Fields.limit("/limits/per_account_daily", perAccountDaily);
        perCardDaily = Fields.limit("/limits/per_card_daily", perCardDaily);
        perAccountTotal = Fields.limit("/limits/per_account_total", perAccountTotal);
        if (failuresDaily != null && (failuresDaily < 1 || failuresDaily > MOST_FAILURES_DAILY)) {
            throw new InvalidField(
                    "/limits/failures_daily", failuresDaily + " (expected: 1.." + MOST_FAILURES_DAILY + ")");
        }
    }

    public Limits(@Nullable Long perAccountDaily, @Nullable Long perCardDaily, @Nullable Long perAccountTotal) {
        this(perAccountDaily, perCardDaily, perAccountTotal, null, false);
    }

    /** Failed attempts a day with publishable keys, before these have to solve challenges. */
    public long failuresADay() {
        return failuresDaily == null ? FAILURES_DAILY : failuresDaily;
    }

    /** Whether a redemption has to name its account. */
    public boolean needAccount() {
        return perAccountDaily != null || perAccountTotal != null;
    }
}
