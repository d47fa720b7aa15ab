package dev.counterfoil.ledger;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A holder's account as Redis holds it now.
 *
 * @param id the storefront's own id of the holder
 * @param balances by asset, in the order of their names
 */
public record Account(String id, boolean frozen, boolean verified, SortedMap<String, Balance> balances) {
    /**
     * @param amount that can be spent, without what is held and what has lapsed
     * @param held set aside for open holds
     * @param lots that the amount is in, the first to expire first; empty where it is in none
     */
    public record Balance(long amount, long held, List<Lot> lots) {
        public Balance {
            lots = List.copyOf(lots);
        }

        /** A balance in no lots, of which nothing is held. */
        public static Balance of(long amount) {
            return new Balance(amount, 0, List.of());
        }
    }

    public Account {
        balances = Collections.unmodifiableSortedMap(new TreeMap<>(balances));
    }

    /** The account that has these fields, as Redis keeps them; the names are those that {@code post.lua} gives them. */
    public static Account of(String id, Map<String, String> fields, long nowMs) {
        SortedMap<String, Balance> balances = new TreeMap<>();
        fields.forEach((field, value) -> {
            if (field.startsWith("b:")) {
                String asset = field.substring(2);
                List<Lot> all = Lot.parse(fields.getOrDefault("l:" + asset, ""));
                List<Lot> lots = all.stream().filter(lot -> !lot.lapsed(nowMs)).toList();
                long lapsed = all.stream()
                        .filter(lot -> lot.lapsed(nowMs))
                        .mapToLong(Lot::amount)
                        .sum();
                long held = Long.parseLong(fields.getOrDefault("h:" + asset, "0"));
                balances.put(asset, new Balance(Long.parseLong(value) - lapsed, held, lots));
            }
        });
        return new Account(id, fields.containsKey("f"), fields.containsKey("v"), balances);
    }
}
