package dev.counterfoil.ledger.catalog;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Something to redeem. Its stock is not here: that changes with every redemption and lives in the ledger.
 *
 * @param prices asset → what one unit costs; at least one, in the order of the assets' names
 * @param version catalog version at its last change; 0 before it is stored
 */
public record Item(
        String sku, String name, ItemKind kind, Map<String, Long> prices, Sale sale, Limits limits, long version) {
    public Item {
        sku = Fields.sku("/sku", sku);
        name = Fields.name("/name", name);
        prices = checkedPrices(prices);
    }

    /** What one unit costs in {@code asset}, or empty when it cannot be paid in it. */
    public OptionalLong price(String asset) {
        Long price = prices.get(asset);
        return price == null ? OptionalLong.empty() : OptionalLong.of(price);
    }

    Item withVersion(long newVersion) {
        return new Item(sku, name, kind, prices, sale, limits, newVersion);
    }

    private static Map<String, Long> checkedPrices(Map<String, Long> prices) {
        if (prices.isEmpty() || prices.size() > ProgramDraft.MOST_ASSETS) {
            throw new InvalidField(
                    "/prices", prices.size() + " prices (expected: 1.." + ProgramDraft.MOST_ASSETS + ")");
        }
        Map<String, Long> sorted = new TreeMap<>();
        prices.forEach((asset, amount) ->
                sorted.put(Fields.asset("/prices", asset), Fields.amount("/prices/" + asset, amount)));
        return Collections.unmodifiableMap(sorted);
    }
}
