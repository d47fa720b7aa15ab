package dev.counterfoil.ledger.settlement;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which settled redemptions of a cell to list, newest first. Every condition that is not null must hold.
 *
 * @param reference the shop's order number, exactly
 * @param account the holder, exactly
 * @param card the card's API id, without {@code card_}
 * @param status {@code held}, {@code posted}, {@code released} or {@code expired}
 * @param from earliest time of posting, inclusive
 * @param until latest time of posting, exclusive
 * @param cursor where the page before ended
 * @param limit 1..{@value #MOST}
 */
public record RedemptionQuery(
        @Nullable String reference,
        @Nullable String account,
        @Nullable String card,
        @Nullable String status,
        @Nullable Instant from,
        @Nullable Instant until,
        @Nullable Cursor cursor,
        int limit) {
    /** The longest page. */
    public static final int MOST = 200;

    public RedemptionQuery {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: 1.." + MOST + ")");
        }
    }

    /** A place in the list: the time and the sequence of a redemption. Opaque in the API. */
    public record Cursor(long atMs, long sequence) {
        /** The text for {@code next_cursor}. */
        public String text() {
            return Long.toString(atMs, Character.MAX_RADIX) + "." + Long.toString(sequence, Character.MAX_RADIX);
        }

        /** The cursor that {@code text} is, or nothing when it is none. */
        public static Optional<Cursor> parse(String text) {
            int dot = text.indexOf('.');
            try {
                long atMs = Long.parseLong(text.substring(0, Math.max(dot, 0)), Character.MAX_RADIX);
                long sequence = Long.parseLong(text.substring(dot + 1), Character.MAX_RADIX);
                return atMs < 0 || atMs > LATEST_MS || sequence < 1
                        ? Optional.empty()
                        : Optional.of(new Cursor(atMs, sequence));
            } catch (NumberFormatException notOurs) {
                return Optional.empty();
            }
        }

        /** The end of the year 9999. */
        private static final long LATEST_MS = 253_402_300_799_999L;
    }
}
