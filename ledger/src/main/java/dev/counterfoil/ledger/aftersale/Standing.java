package dev.counterfoil.ledger.aftersale;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a redemption stands, as a step is compiled against.
 *
 * @param state kept with the count
 * @param returned by part, what was given back so far
 * @param open whether it is held
 * @param readAtMs Redis' clock when that was so
 * @param untilMs until when a missing count means that nothing followed since
 */
record Standing(String state, SortedMap<String, Long> returned, boolean open, long readAtMs, long untilMs) {
    Standing {
        returned = Collections.unmodifiableSortedMap(new TreeMap<>(returned));
    }
}
