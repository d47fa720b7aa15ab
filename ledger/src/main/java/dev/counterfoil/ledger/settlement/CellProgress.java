package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** How far one cell is settled, as this process knows, and whether it has a turn of a settling thread ahead. */
final class CellProgress {
    final Cell cell;

    /** A turn is planned; cleared before the journal is read, so a mark set meanwhile brings another turn. */
    final AtomicBoolean planned = new AtomicBoolean();

    /** A thread has its turn now. */
    final AtomicBoolean running = new AtomicBoolean();

    /** PostgreSQL has a row for the cell. */
    volatile boolean known;

    /** PostgreSQL says that it was opened. */
    volatile boolean opened;

    /** It was opened, and Redis has nothing of it. */
    volatile boolean cold;

    /** As PostgreSQL has it; a cell that is rebuilt begins another. */
    volatile long epoch;

    volatile long settled;
    volatile long journaled;
    volatile long deadLetters;
    volatile long lastTurnNanos;
    volatile int failures;
    volatile @Nullable String stopped;

    /** What stopped it may be over by itself: a journal that did not go on from the books may be replaced by a rebuild. */
    volatile boolean mayGoOn;

    /** Clock of the oldest transaction known to wait, 0 when none is. */
    volatile long waitingSinceMs;

    CellProgress(Cell cell) {
        this.cell = cell;
    }

    long backlog() {
        return Math.max(0, journaled - settled);
    }

    void waitingSince(long nowMs) {
        if (waitingSinceMs == 0) {
            waitingSinceMs = nowMs;
        }
    }

    void claimedAt(long cursor) {
        settled = Math.max(settled, cursor);
    }

    void advanced(CellSettlement.Run run) {
        settled = Math.max(settled, run.settled());
        journaled = Math.max(journaled, settled);
        deadLetters = run.deadLetters();
        waitingSinceMs = run.atEnd() ? 0 : run.latestMs();
    }
}
