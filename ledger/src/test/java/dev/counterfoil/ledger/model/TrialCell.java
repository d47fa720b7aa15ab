package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.redis.LedgerLimits;
import java.util.SortedMap;

/** A new cell, open in epoch 1 and empty, with a ledger on it, to try the contract on. */
public interface TrialCell extends AutoCloseable {
    Cell cell();

    Ledger ledger();

    /** A second ledger on the same cell, as another gateway has it. */
    Ledger another(LedgerLimits limits);

    /** The time that the ledger goes by. */
    long nowMs();

    /** Moves the clock; only where it is a controlled one. */
    void moveClock(long toMs);

    /** Tells the cell that the catalog has another version now. */
    void publishCatalog(long version);

    /** The cell goes back to {@code sequence} and its journal ends there, as when a replica that lagged is promoted. */
    void loseHistory(long sequence);

    /** The cell's epoch becomes another, as when it was rebuilt. */
    void setEpoch(long epoch);

    /**
     * All that the cell holds: key without the cell's tag → the value's text. A record of an answer tells how long it
     * still lives, {@code journal:<sequence>} is a journaled transaction, {@code meta} the fence.
     */
    SortedMap<String, String> contents();

    @Override
    void close();
}
