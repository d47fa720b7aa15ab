package dev.counterfoil.ledger.catalog;

import org.jspecify.annotations.Nullable;

/**
 * How many units may be redeemed: of one item, or, on a program, of all its items together. Null is no limit. A day is 00:00 to
 * 24:00 in the program's zone.
 */
public record Limits(
        @Nullable Long perAccountDaily,
        @Nullable Long perCardDaily,
        @Nullable Long perAccountTotal) {
    public static final Limits NONE = new Limits(null, null, null);

    public Limits {
        perAccountDaily = Fields.limit("/limits/per_account_daily", perAccountDaily);
        perCardDaily = Fields.limit("/limits/per_card_daily", perCardDaily);
        perAccountTotal = Fields.limit("/limits/per_account_total", perAccountTotal);
    }

    /** Whether a redemption has to name its account. */
    public boolean needAccount() {
        return perAccountDaily != null || perAccountTotal != null;
    }
}
