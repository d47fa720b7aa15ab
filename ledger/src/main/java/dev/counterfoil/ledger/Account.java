package dev.counterfoil.ledger;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A holder's account as Redis holds it now.
 *
 * @param id the storefront's own id of the holder
 * @param balances by asset, in the order of their names
 */
public record Account(String id, boolean frozen, boolean verified, SortedMap<String, Long> balances) {
    public Account(String id, boolean frozen, boolean verified, Map<String, Long> balances) {
        this(id, frozen, verified, (SortedMap<String, Long>) new TreeMap<>(balances));
    }

    public Account {
        balances = Collections.unmodifiableSortedMap(new TreeMap<>(balances));
    }
}
