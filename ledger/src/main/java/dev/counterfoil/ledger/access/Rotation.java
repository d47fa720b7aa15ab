package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.InvalidField;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a key is followed by another.
 *
 * @param overlap how long both are valid, 0 to 90 days; the old one ends then, or where it would have ended earlier
 * @param expiresAt exclusive end of the new one; null: as the old one had
 */
public record Rotation(Duration overlap, @Nullable Instant expiresAt) {
    public static final Duration DEFAULT_OVERLAP = Duration.ofHours(24);
    public static final Duration LONGEST_OVERLAP = Duration.ofDays(90);

    public Rotation {
        if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) {
            throw new InvalidField(
                    "/overlap_seconds",
                    overlap.toSeconds() + " (expected: 0.." + LONGEST_OVERLAP.toSeconds() + ", 90 days)");
        }
    }

    /**
     * What came of it.
     *
     * @param successor with its text, to be shown once
     * @param old with the time at which it ends
     */
    public record Rotated(IssuedKey successor, ApiKey old) {}
}
