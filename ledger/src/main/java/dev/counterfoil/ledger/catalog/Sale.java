package dev.counterfoil.ledger.catalog;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** When an item may be redeemed: from {@code opensAt}, before {@code closesAt}, to the millisecond; null is without bound. */
public record Sale(@Nullable Instant opensAt, @Nullable Instant closesAt) {
    public static final Sale ALWAYS = new Sale(null, null);

    public Sale {
        opensAt = opensAt == null ? null : opensAt.truncatedTo(ChronoUnit.MILLIS);
        closesAt = closesAt == null ? null : closesAt.truncatedTo(ChronoUnit.MILLIS);
        if (opensAt != null && closesAt != null && !opensAt.isBefore(closesAt)) {
            throw new InvalidField("/sale/closes_at", closesAt + " (expected: after opens_at, " + opensAt + ")");
        }
    }
}
