package dev.counterfoil.ledger;

import io.vertx.core.Future;
import java.util.Optional;

/** The books, as far as the ledger itself reads them: what has left the journal. */
public interface SettledTransactions {
    /** The settled transaction of that sequence, or nothing. Fails when the books cannot be reached. */
    Future<Optional<JournaledTransaction>> find(Cell cell, long sequence);
}
