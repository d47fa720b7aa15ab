package dev.counterfoil.ledger;

import java.util.Map;

/**
 * What followed a transaction, as Redis remembers it at one moment.
 *
 * @param counted whether Redis has a count of what was given back; it forgets it some days after the last change
 * @param state kept with the count
 * @param returned by part, what was given back
 * @param heldUntilMs deadline of its hold, 0 when none is open
 * @param readAtMs Redis' clock
 * @param sequence of the cell
 */
public record Followed(
        boolean counted, String state, Map<String, Long> returned, long heldUntilMs, long readAtMs, long sequence) {
    public Followed {
        returned = Map.copyOf(returned);
    }
}
