package dev.counterfoil.ledger;

import java.util.Objects;

/**
 * Units of an item are sold (negative) or stocked (positive) inside the sale's window.
 *
 * @param delta 0 checks the window only
 * @param opensAtMs 0 = open since ever
 * @param closesAtMs exclusive, 0 = never
 */
public record StockLeg(String sku, long delta, long opensAtMs, long closesAtMs) implements Leg {
    public StockLeg {
        Objects.requireNonNull(sku, "sku");
        Amounts.within("delta", delta, -Amounts.MAX, Amounts.MAX);
        Amounts.within("opensAtMs", opensAtMs, 0, Amounts.MAX);
        Amounts.within("closesAtMs", closesAtMs, 0, Amounts.MAX);
    }
}
