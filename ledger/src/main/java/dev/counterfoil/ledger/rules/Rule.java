package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.catalog.Catalog;
import java.time.Instant;

/** Compiles one request into a transaction, from a catalog and a time alone: the same inputs give the same legs. */
@FunctionalInterface
public interface Rule {
    /**
     * @param now by Redis' clock, as well as the caller knows it; the script checks every window against its own
     */
    Compiled compile(Catalog catalog, Instant now);

    /** What came of it. */
    sealed interface Compiled {}

    /** A transaction to be posted. */
    record Ready(Transaction transaction) implements Compiled {}

    /** The rule itself refuses. The answer is given only after the key's record was looked up. */
    record Declined(Refused refused) implements Compiled {}
}
