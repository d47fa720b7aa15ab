package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.RedisConnection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Settles what the journal of a cell holds, before and after it is closed, on the caller's thread. */
public final class TailSettlement {
    /** Another settler may be at the cell when it is closed. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(50);

    private final CellSettlement settlement;

    /** A run that meets a break settles nothing; entry by entry what stands before it is settled. */
    private final CellSettlement byEntry;

    /** @param redis a connection of its own, as {@link Settler}'s */
    public TailSettlement(Database database, RedisConnection redis) {
        SettlementSettings standard = SettlementSettings.DEFAULTS;
        JournalReader journal = new JournalReader(redis);
        this.settlement = new CellSettlement(database.jdbi(), journal, standard.batchSize(), standard.journalKeep());
        this.byEntry = new CellSettlement(database.jdbi(), journal, 1, standard.journalKeep());
    }

    /**
     * What was settled.
     *
     * @param transactions that this call settled; those of another settler are not counted
     * @param broken why what the journal holds does not go on from the books, null where it was settled to its end
     */
    public record Tail(long transactions, @Nullable String broken) {}

    /**
     * Settles the transactions that follow what is settled, without a gap. When it returns no run of another settler is
     * under way that could settle more of the cell, as long as nothing is posted to it. Blocks.
     *
     * @throws LedgerFault.Unavailable when Redis or PostgreSQL is away, or another settler holds the cell too long
     * @throws IllegalStateException when a transaction is such that the books refuse it: a person has to look
     */
    public Tail settle(Cell cell) {
        return settle(cell, Long.MAX_VALUE);
    }

    /** The same up to {@code sequence}, and perhaps further, so that it ends also while transactions are posted. */
    public Tail settle(Cell cell, long sequence) {
        Tail tail = settle(cell, settlement, sequence, 0);
        return tail.broken() == null ? tail : settle(cell, byEntry, sequence, tail.transactions());
    }

    private static Tail settle(Cell cell, CellSettlement settlement, long sequence, long before) {
        long settled = before;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            CellSettlement.Run run;
            try {
                run = settlement.settleNext(cell, cursor -> {});
            } catch (JournalFault fault) {
                if (fault.broken()) {
                    return new Tail(settled, fault.getMessage());
                }
                throw refused(cell, fault);
            } catch (RuntimeException | SQLException e) {
                throw translated(cell, e);
            }
            settled += run.transactions();
            if (run.claimed() && (run.atEnd() || run.settled() >= sequence)) {
                return new Tail(settled, null);
            } else if (!run.claimed()) {
                await(cell, deadline);
            }
        }
    }

    /** Whether what the journal holds under {@code sequence}, if anything, is what was settled under it, if it was. */
    public boolean isAsSettled(Cell cell, long sequence) {
        return settlement.isAsSettled(cell, sequence);
    }

    private static RuntimeException translated(Cell cell, Exception failure) {
        return SettlementFailure.isFinal(failure)
                ? refused(cell, failure)
                : new LedgerFault.Unavailable(
                        "the journal of cell " + cell + " is not settled yet: " + SettlementFailure.describe(failure));
    }

    private static IllegalStateException refused(Cell cell, Exception failure) {
        return new IllegalStateException(
                "the journal of cell " + cell + " cannot be settled: " + SettlementFailure.describe(failure));
    }

    private static void await(Cell cell, long deadline) {
        if (System.nanoTime() > deadline) {
            throw new LedgerFault.Unavailable("another settler holds cell " + cell + " for more than "
                    + PATIENCE.toSeconds() + " s (expected: it lets go)");
        }
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerFault.Unavailable("interrupted while another settler holds cell " + cell);
        }
    }
}
