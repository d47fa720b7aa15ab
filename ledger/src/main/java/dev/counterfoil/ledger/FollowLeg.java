package dev.counterfoil.ledger;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something follows a transaction: its hold is closed, or a part of it is given back. Counts what was given back of each
 * of its parts and never lets it pass the whole. The count lives until {@code expiresAtMs}; while it is there, it has to be
 * what the rule took it for; where it is not, {@code before} is taken for it, so a rule must know that nothing was
 * counted since, and until when that holds is {@code untilMs}.
 *
 * @param of the sequence of the transaction in the same cell
 * @param closing how its hold ends, null where there is none to end
 * @param state a text that is kept with the count
 * @param untilMs exclusive; at most {@code expiresAtMs}
 * @param parts 1..64, all parts of the transaction
 */
public record FollowLeg(
        long of, @Nullable Closing closing, String state, long fromMs, long untilMs, long expiresAtMs, List<Part> parts)
        implements Leg {
    /** Where its journaled form begins to name parts: each a name, what is given back now, and the whole. */
    public static final int JOURNALED_PARTS = 5;

    /**
     * A part and what was given back of it.
     *
     * @param before as the rule knows it
     * @param delta what is given back now, 0..2^53−1
     * @param whole what it was
     */
    public record Part(String name, long before, long delta, long whole) {
        public Part {
            Objects.requireNonNull(name, "name");
            Amounts.within("before", before, 0, Amounts.MAX);
            Amounts.within("delta", delta, 0, Amounts.MAX);
            Amounts.within("whole", whole, 0, Amounts.MAX);
        }
    }

    public FollowLeg {
        parts = List.copyOf(parts);
        Amounts.within("of", of, 1, Amounts.MAX);
        Amounts.within("parts", parts.size(), 1, 64);
        Amounts.within("fromMs", fromMs, 0, Amounts.MAX);
        Amounts.within("untilMs", untilMs, 1, Amounts.MAX);
        Amounts.within("expiresAtMs", expiresAtMs, untilMs, Amounts.MAX);
    }
}
