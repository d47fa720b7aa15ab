package dev.counterfoil.ledger;

import io.vertx.core.Future;
import java.util.Optional;

/** The books, as far as the ledger itself reads them: what has left the journal. */
public interface SettledTransactions {
    /** The settled transaction of that sequence, or nothing. Fails when the books cannot be reached. */
    Future<Optional<JournaledTransaction>> find(Cell cell, long sequence);

    /** Whether the books are known to hold it by now. False where that cannot be told. Asks nobody. */
    default boolean holds(Cell cell, long sequence) {
        return false;
    }

    /** Waits until they are known to hold it: true, or false once it takes longer than an answer may wait. Never fails. */
    default Future<Boolean> await(Cell cell, long sequence) {
        return Future.succeededFuture(false);
    }
}
