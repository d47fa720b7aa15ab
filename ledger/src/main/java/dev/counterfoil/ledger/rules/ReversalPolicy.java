package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.CardState;
import java.util.EnumSet;
import java.util.Set;

/**
 * To which cards and accounts a reversal may give value back. A void card gets nothing; the end of a hold asks nobody.
 *
 * @param toExpired whether to a card that has expired: it has the value again, and can be spent once it is extended
 * @param toFrozen whether to a frozen card or account
 */
public record ReversalPolicy(boolean toExpired, boolean toFrozen) {
    /** Value returns to where it came from, expired or frozen. */
    public static final ReversalPolicy GENEROUS = new ReversalPolicy(true, true);

    Set<CardState> cardStates() {
        return toFrozen
                ? EnumSet.of(CardState.ACTIVE, CardState.INACTIVE, CardState.FROZEN)
                : EnumSet.of(CardState.ACTIVE, CardState.INACTIVE);
    }
}
