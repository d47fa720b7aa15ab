package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.postgres.PostingPartitions;
import dev.counterfoil.ledger.redis.JournalEntry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Settles runs of one cell's journal. The cell's row in PostgreSQL is the lock and the cursor: who holds it reads on from the
 * cursor, and the facts and the moved cursor are one commit. A commit whose answer was lost is found by its cursor, so a run is
 * neither lost nor written twice, however many processes settle.
 */
final class CellSettlement {
    private final Jdbi jdbi;
    private final JournalReader journal;
    private final int batchSize;
    private final long journalKeep;
    private final Set<YearMonth> partitions = ConcurrentHashMap.newKeySet();
    private final Set<Cell> compared = ConcurrentHashMap.newKeySet();

    /** The cursor that the cell's journal was last trimmed for, by this process. */
    private final Map<Cell, Long> trimmedFor = new ConcurrentHashMap<>();

    CellSettlement(Jdbi jdbi, JournalReader journal, int batchSize, long journalKeep) {
        this.jdbi = jdbi;
        this.journal = journal;
        this.batchSize = batchSize;
        this.journalKeep = journalKeep;
    }

    /**
     * Settles the next run of {@code cell}. Blocks.
     *
     * @param claimed told of the cursor that the run begins at, also when it then fails
     */
    Run settleNext(Cell cell, LongConsumer claimed) throws SQLException {
        Set<YearMonth> months = new HashSet<>();
        Run run = jdbi.inTransaction(handle -> {
            Optional<Cursor> cursor = claim(handle, cell);
            if (cursor.isEmpty()) {
                return Run.ELSEWHERE;
            }
            claimed.accept(cursor.get().settled());
            return settleFrom(handle, cell, cursor.get(), months);
        });
        partitions.addAll(months);
        if (run.claimed() && untrimmed(cell, run.settled())) {
            trim(cell, run.settled());
        }
        return run;
    }

    /**
     * Whether this process has not trimmed the journal since {@code settled} was the cursor. Whoever moved it may have been killed
     * before it trimmed, and a full journal takes nothing more that would make anybody look.
     */
    boolean untrimmed(Cell cell, long settled) {
        return settled > 0 && trimmedFor.getOrDefault(cell, 0L) != settled;
    }

    /** Has the last settled sequence compared with the journal's again: the cell was rebuilt. */
    void compareAgain(Cell cell) {
        compared.remove(cell);
    }

    /** Makes the partitions of postings ahead of time. */
    void ensurePartitions(List<YearMonth> months) {
        if (!partitions.containsAll(months)) {
            jdbi.useTransaction(handle -> PostingPartitions.ensure(handle, months));
            partitions.addAll(months);
        }
    }

    private static Optional<Cursor> claim(Handle handle, Cell cell) {
        return handle.createQuery(
                        "select id, settled_seq, dead_letters from cell where program = :program and index = :index"
                                + " for no key update skip locked")
                .bind("program", cell.program())
                .bind("index", cell.index())
                .map(CellSettlement::cursor)
                .findOne();
    }

    private static Cursor cursor(ResultSet row, StatementContext context) throws SQLException {
        return new Cursor(row.getInt("id"), row.getLong("settled_seq"), row.getLong("dead_letters"));
    }

    private Run settleFrom(Handle handle, Cell cell, Cursor cursor, Set<YearMonth> months) throws SQLException {
        if (!compared.contains(cell)) {
            compareLast(handle, cell, cursor);
            compared.add(cell);
        }
        List<JournalRecord> records = journal.after(cell, cursor.settled(), batchSize);
        if (records.isEmpty()) {
            records = afterEmptyRead(cell, cursor.settled());
        }
        if (records.isEmpty()) {
            return new Run(true, 0, cursor.settled(), 0, true, List.of(), cursor.deadLetters());
        }
        // Once all is read: what follows lost entries would be other content too.
        compareLast(handle, cell, cursor);
        journal.awaitReplica(cell);
        DeadLetters dead = new DeadLetters(handle, cursor.cell());
        RunWriter writer = new RunWriter(
                handle,
                cursor.cell(),
                cell,
                partitions,
                cursor.deadLetters() == 0 ? null : dead::moving,
                new HashMap<>());
        writer.write(records);
        if (!writer.letters().isEmpty()) {
            dead.add(writer.letters());
        }
        months.addAll(writer.months());
        long last = records.get(records.size() - 1).sequence();
        advance(handle, cursor, last);
        return new Run(
                true,
                records.size(),
                last,
                writer.latestMs(),
                records.size() < batchSize,
                writer.letters(),
                cursor.deadLetters() + writer.letters().size());
    }

    /** An empty read is the end of the journal, unless the cell's own sequence says otherwise. */
    private List<JournalRecord> afterEmptyRead(Cell cell, long settled) {
        OptionalLong sequence = journal.sequence(cell);
        if (sequence.isEmpty() || sequence.getAsLong() == settled) {
            return List.of();
        }
        if (sequence.getAsLong() < settled) {
            throw JournalFault.behind(cell, settled, sequence.getAsLong());
        }
        List<JournalRecord> records = journal.after(cell, settled, batchSize);
        if (records.isEmpty()) {
            throw JournalFault.gap(cell, settled + 1, sequence.getAsLong());
        }
        return records;
    }

    /** A Redis that lost entries and went on would give settled sequences other content; the last settled one tells. */
    private void compareLast(Handle handle, Cell cell, Cursor cursor) {
        if (!isAsSettled(handle, cell, cursor, cursor.settled())) {
            throw JournalFault.rewritten(cell, cursor.settled());
        }
    }

    /** Whether what the journal holds under {@code sequence}, if anything, is what was settled under it. */
    boolean isAsSettled(Cell cell, long sequence) {
        return jdbi.withHandle(handle -> {
            Cursor cursor = handle.createQuery("select id, settled_seq, dead_letters from cell"
                            + " where program = :program and index = :index")
                    .bind("program", cell.program())
                    .bind("index", cell.index())
                    .map(CellSettlement::cursor)
                    .one();
            return sequence > cursor.settled() || isAsSettled(handle, cell, cursor, sequence);
        });
    }

    private boolean isAsSettled(Handle handle, Cell cell, Cursor cursor, long sequence) {
        Optional<JournalRecord> kept = sequence == 0 ? Optional.empty() : journal.at(cell, sequence);
        if (kept.isEmpty()) {
            return true;
        }
        Optional<JournalEntry.Text> dead =
                cursor.deadLetters() == 0 ? Optional.empty() : new DeadLetters(handle, cursor.cell()).find(sequence);
        JournalEntry.Text settled = dead.or(() -> handle.createQuery(
                                "select data, result from transactions where cell = :cell and seq = :seq")
                        .bind("cell", cursor.cell())
                        .bind("seq", sequence)
                        .map((row, context) -> new JournalEntry.Text(row.getString("data"), row.getString("result")))
                        .findOne())
                .orElseThrow(() -> JournalFault.unknownRows("settled transactions", 1, 0));
        return settled.equals(kept.get().text());
    }

    /**
     * Tries dead letters of {@code cell} again, in order. Blocks. Killed at any point, it is simply done again.
     *
     * @param after the sequence after which to begin
     * @param dead what the dead letters move that were tried before and are still dead; those of this step are added
     */
    Retried retry(Cell cell, long after, Map<String, Long> dead) throws SQLException {
        Set<YearMonth> months = new HashSet<>();
        Retried retried = jdbi.inTransaction(handle -> {
            int id = handle.createQuery(
                            "select id from cell where program = :program and index = :index for no key update")
                    .bind("program", cell.program())
                    .bind("index", cell.index())
                    .mapTo(Integer.class)
                    .one();
            DeadLetters letters = new DeadLetters(handle, id);
            List<JournalRecord> records = letters.after(after, batchSize);
            if (records.isEmpty()) {
                return new Retried(0, List.of(), after, true);
            }
            RunWriter writer = new RunWriter(handle, id, cell, partitions, null, dead);
            writer.write(records);
            letters.remove(records);
            if (!writer.letters().isEmpty()) {
                letters.add(writer.letters());
            }
            months.addAll(writer.months());
            return new Retried(
                    records.size() - writer.letters().size(),
                    writer.letters(),
                    records.get(records.size() - 1).sequence(),
                    records.size() < batchSize);
        });
        partitions.addAll(months);
        return retried;
    }

    private static void advance(Handle handle, Cursor cursor, long last) {
        int advanced = handle.createUpdate("update cell set settled_seq = :last, settled_at = now()"
                        + " where id = :cell and settled_seq = :settled")
                .bind("last", last)
                .bind("cell", cursor.cell())
                .bind("settled", cursor.settled())
                .execute();
        if (advanced != 1) {
            throw JournalFault.unknownRows("cursors", 1, advanced);
        }
    }

    /** The last settled entry stays in any case: below something that is not there yet nothing would be trimmed. */
    private void trim(Cell cell, long settled) {
        try {
            journal.trimBelow(cell, settled - Math.max(1, journalKeep) + 1);
            trimmedFor.put(cell, settled);
        } catch (LedgerFault.Unavailable later) {
            // The facts are committed; what stays is trimmed by the next turn.
            return;
        }
    }

    private record Cursor(int cell, long settled, long deadLetters) {}

    /**
     * What became of some dead letters.
     *
     * @param settled how many are in the books now
     * @param dead those that are not
     * @param last the sequence to go on after
     * @param atEnd whether there are no more
     */
    record Retried(int settled, List<DeadLetter> dead, long last, boolean atEnd) {}

    /**
     * What became of a run.
     *
     * @param claimed false when another settler holds the cell, or PostgreSQL does not know it
     * @param settled the cursor after it
     * @param latestMs time of the last transaction, 0 when there was none
     * @param atEnd whether the journal held no more
     * @param dead transactions of the run that were left out
     * @param deadLetters how many the cell has after it
     */
    record Run(
            boolean claimed,
            int transactions,
            long settled,
            long latestMs,
            boolean atEnd,
            List<DeadLetter> dead,
            long deadLetters) {
        static final Run ELSEWHERE = new Run(false, 0, 0, 0, true, List.of(), 0);
    }
}
