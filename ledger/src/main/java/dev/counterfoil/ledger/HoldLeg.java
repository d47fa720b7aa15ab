package dev.counterfoil.ledger;

/**
 * What this transaction takes is held: it stays among the open holds until a {@link FollowLeg} closes it, and lapses when
 * the time is up.
 *
 * @param lastsMs 1..{@value #MOST_MS}
 */
public record HoldLeg(long lastsMs) implements Leg {
    /** Seven days. */
    public static final long MOST_MS = 604_800_000;

    public HoldLeg {
        Amounts.within("lastsMs", lastsMs, 1, MOST_MS);
    }
}
