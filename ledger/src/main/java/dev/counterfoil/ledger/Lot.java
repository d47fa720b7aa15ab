package dev.counterfoil.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A part of a balance with an expiry of its own, for example points of one month, or bonus beside paid money.
 *
 * @param expiresAtMs exclusive, 0 = never
 * @param tag letters, digits, {@code _} and {@code -}
 * @param amount 1..2^53−1
 */
public record Lot(long expiresAtMs, String tag, long amount) {
    public Lot {
        Amounts.within("expiresAtMs", expiresAtMs, 0, Amounts.MAX);
        Amounts.positive("amount", amount);
    }

    /** The lots of {@code expires:tag:amount;…}, in that order. */
    public static List<Lot> parse(String text) {
        List<Lot> lots = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf(';', from);
            String[] parts = text.substring(from, end).split(":", -1);
            lots.add(new Lot(Long.parseLong(parts[0]), parts[1], Long.parseLong(parts[2])));
            from = end + 1;
        }
        return lots;
    }

    /** The text that {@link #parse} reads. */
    public static String text(List<Lot> lots) {
        return lots.stream()
                .map(lot -> lot.expiresAtMs + ":" + lot.tag + ":" + lot.amount + ";")
                .collect(Collectors.joining());
    }

    /** Whether it is gone at {@code nowMs}. */
    public boolean lapsed(long nowMs) {
        return expiresAtMs > 0 && expiresAtMs <= nowMs;
    }
}
