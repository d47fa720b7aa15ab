package dev.counterfoil.ledger;

import java.util.Objects;

/** Value of a card type that pays: the token as stored on the card, and how much of its asset. */
public record Price(String typeToken, long amount) {
    /** Stands for an amount that is not the one the caller expected: such a card is refused as PRICE_CHANGED. */
    public static final long OTHER_THAN_EXPECTED = -1;

    /** Stands for what the card has, up to what the {@link DueLeg} before it still asks of this payer. */
    public static final long DRAWN = -2;

    public Price {
        Objects.requireNonNull(typeToken, "typeToken");
        Amounts.within("amount", amount, DRAWN, Amounts.MAX);
    }
}
