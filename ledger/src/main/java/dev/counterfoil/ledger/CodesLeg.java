package dev.counterfoil.ledger;

import java.util.Objects;

/** Codes are taken out of an item's pool, the oldest first. */
public record CodesLeg(String sku, int count) implements Leg {
    public CodesLeg {
        Objects.requireNonNull(sku, "sku");
        Amounts.within("count", count, 1, 1000);
    }
}
