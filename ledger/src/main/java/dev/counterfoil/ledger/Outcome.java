package dev.counterfoil.ledger;

/** What became of a transaction. Both are values; a fault ({@link LedgerFault}) is an exception. */
public sealed interface Outcome permits Posted, Refused {
    /** Whether this answer was first given to an earlier request under the same key. */
    boolean replayed();
}
