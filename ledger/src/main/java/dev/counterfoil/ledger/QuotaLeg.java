package dev.counterfoil.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A counter with a limit over a window moves.
 *
 * @param name as refusals give it
 * @param key what tells this counter from others, length-prefixed parts
 * @param fromMs start of the window, 0 = none
 * @param untilMs end of the window, exclusive, 0 = none
 * @param expiresAtMs when the counter may go, 0 = never
 * @param clamp take what the limit allows instead of refusing, and return no more than was used; a counter that is
 *     above a limit lowered meanwhile stays where it is
 * @param expected what must have been used before, null for any
 */
public record QuotaLeg(
        String name,
        String key,
        long delta,
        long limit,
        long fromMs,
        long untilMs,
        long expiresAtMs,
        boolean clamp,
        @Nullable Long expected)
        implements Leg {
    /** Whatever was used before. */
    public QuotaLeg(
            String name,
            String key,
            long delta,
            long limit,
            long fromMs,
            long untilMs,
            long expiresAtMs,
            boolean clamp) {
        this(name, key, delta, limit, fromMs, untilMs, expiresAtMs, clamp, null);
    }

    /** The same, where so much was used before. */
    public QuotaLeg expecting(long used) {
        return new QuotaLeg(name, key, delta, limit, fromMs, untilMs, expiresAtMs, clamp, used);
    }

    public QuotaLeg {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(key, "key");
        Amounts.within("delta", delta, -Amounts.MAX, Amounts.MAX);
        Amounts.within("limit", limit, 0, Amounts.MAX);
        Amounts.within("fromMs", fromMs, 0, Amounts.MAX);
        Amounts.within("untilMs", untilMs, 0, Amounts.MAX);
        Amounts.within("expiresAtMs", expiresAtMs, 0, Amounts.MAX);
    }

    /** Joins parts that callers supply so that no two lists of parts give one key: each is preceded by its length. */
    public static String keyOf(String... parts) {
        StringBuilder joined = new StringBuilder();
        for (String part : parts) {
            joined.append(part.length()).append(':').append(part);
        }
        return joined.toString();
    }

    /** The parts that {@link #keyOf} joined. */
    public static List<String> partsOf(String key) {
        List<String> parts = new ArrayList<>();
        for (int at = 0; at < key.length(); ) {
            int colon = key.indexOf(':', at);
            int end = colon + 1 + Integer.parseInt(key.substring(at, colon));
            parts.add(key.substring(colon + 1, end));
            at = end;
        }
        return parts;
    }
}
