package dev.counterfoil.ledger;

import java.util.List;
import java.util.Objects;

/**
 * Sealed codes, each {@code <code id>:<sealed>}, are added to an item's pool.
 *
 * @param returned whether they were taken from it before
 */
public record CodesAddLeg(String sku, List<String> codes, boolean returned) implements Leg {
    /** Codes that are new to the pool. */
    public CodesAddLeg(String sku, List<String> codes) {
        this(sku, codes, false);
    }

    public CodesAddLeg {
        Objects.requireNonNull(sku, "sku");
        codes = List.copyOf(codes);
        Amounts.within("codes", codes.size(), 1, 1000);
    }
}
