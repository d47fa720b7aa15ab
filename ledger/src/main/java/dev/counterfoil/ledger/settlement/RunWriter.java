package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.postgres.PostingPartitions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Writes a run of a cell's transactions into the books, and tells which of them it had to leave out. A run that is refused for its
 * data is halved until the transactions stand alone that are at fault. From then on what moves the same card, account, item or
 * redemption is left out too, and what moves the same as that: so the books of everything else are whole, and those of what is
 * named by dead letters stand still at a moment that was.
 */
final class RunWriter {
    private final Handle handle;
    private final Connection connection;
    private final int cell;
    private final Cell name;
    private final Set<YearMonth> partitions;

    /** Which of some objects dead letters of earlier runs move, and the first sequence that does; null: none do. */
    private final @Nullable Function<Set<String>, Map<String, Long>> earlier;

    /** What is known to be moved by dead letters. */
    private final Map<String, Long> dead;

    private final List<DeadLetter> letters = new ArrayList<>();
    private final Set<YearMonth> months = new HashSet<>();
    private long latestMs;

    /**
     * @param cell the cell's id in PostgreSQL
     * @param partitions known to exist
     * @param earlier what dead letters of earlier runs move of some objects, null where there are none
     * @param dead objects that dead letters move, with the first sequence that does; this run adds to it
     */
    RunWriter(
            Handle handle,
            int cell,
            Cell name,
            Set<YearMonth> partitions,
            @Nullable Function<Set<String>, Map<String, Long>> earlier,
            Map<String, Long> dead) {
        this.handle = handle;
        this.connection = handle.getConnection();
        this.cell = cell;
        this.name = name;
        this.partitions = partitions;
        this.earlier = earlier;
        this.dead = dead;
    }

    /** Writes them, in order. Throws what is no fault of their data: then nothing may be committed. */
    void write(List<JournalRecord> records) throws SQLException {
        List<JournalRecord> run = withoutDependants(records);
        if (run.isEmpty()) {
            return;
        }
        Exception refused = tried(run);
        if (refused == null) {
            return;
        } else if (run.size() == 1) {
            leaveOut(run.get(0), SettlementFailure.describe(refused), null);
            return;
        }
        int middle = run.size() / 2;
        write(run.subList(0, middle));
        write(run.subList(middle, run.size()));
    }

    /** What was left out, in order. */
    List<DeadLetter> letters() {
        return letters.stream()
                .sorted(Comparator.comparingLong(DeadLetter::sequence))
                .toList();
    }

    /** Whose partitions exist once this is committed. */
    Set<YearMonth> months() {
        return months;
    }

    /** Time of the last transaction that was written, 0 when none was. */
    long latestMs() {
        return latestMs;
    }

    /** Leaves out what depends on something that is left out. */
    private List<JournalRecord> withoutDependants(List<JournalRecord> run) {
        if (earlier != null) {
            earlier.apply(objects(run)).forEach((object, sequence) -> dead.merge(object, sequence, Math::min));
        }
        if (dead.isEmpty()) {
            return run;
        }
        List<JournalRecord> left = new ArrayList<>(run.size());
        for (JournalRecord record : run) {
            Long cause = cause(record);
            if (cause == null) {
                left.add(record);
            } else {
                leaveOut(record, "it moves what transaction " + cause + " moves, which is not settled", cause);
            }
        }
        return left;
    }

    private static Set<String> objects(List<JournalRecord> run) {
        Set<String> objects = new LinkedHashSet<>();
        run.forEach(record -> objects.addAll(FactDecoder.touched(record)));
        return objects;
    }

    /** The first transaction before it that is left out and moves something that it moves too. */
    private @Nullable Long cause(JournalRecord record) {
        long cause = record.sequence();
        for (String object : FactDecoder.touched(record)) {
            cause = Math.min(cause, dead.getOrDefault(object, cause));
        }
        return cause < record.sequence() ? cause : null;
    }

    private void leaveOut(JournalRecord record, String reason, @Nullable Long dependsOn) {
        requireKnown(record);
        Set<String> objects = FactDecoder.touched(record);
        objects.forEach(object -> dead.merge(object, record.sequence(), Math::min));
        letters.add(new DeadLetter(record, reason, dependsOn, objects));
    }

    /** Throws where a later version wrote it: what it moves nobody here can tell, nor what depends on it. */
    private static void requireKnown(JournalRecord record) {
        try {
            Fact unused = FactDecoder.decode(record);
        } catch (JournalFault fault) {
            if (fault.newer()) {
                throw fault;
            }
        }
    }

    /** Writes a run, or nothing of it; returns why its data was refused, null when it was not. What was read of a record is not kept. */
    private @Nullable Exception tried(List<JournalRecord> run) throws SQLException {
        FactRows rows = new FactRows(cell);
        try {
            for (JournalRecord record : run) {
                add(rows, record);
            }
        } catch (JournalFault unreadable) {
            if (unreadable.newer()) {
                throw unreadable;
            }
            return unreadable;
        }
        Savepoint before = connection.setSavepoint();
        try {
            if (!partitions.containsAll(rows.months())) {
                PostingPartitions.ensure(handle, rows.months());
            }
            new BooksWriter(connection, cell, name.program()).write(rows);
            connection.releaseSavepoint(before);
            months.addAll(rows.months());
            latestMs = Math.max(latestMs, rows.latestMs());
            return null;
        } catch (SQLException | JournalFault refused) {
            if (SettlementFailure.isOfSettledSequence(refused)) {
                throw JournalFault.settledBefore(
                        name, run.get(0).sequence(), run.get(run.size() - 1).sequence());
            } else if (!SettlementFailure.isOfData(refused)) {
                throw refused;
            }
            connection.rollback(before);
            connection.releaseSavepoint(before);
            return refused;
        }
    }

    private static void add(FactRows rows, JournalRecord record) {
        Fact fact = FactDecoder.decode(record);
        try {
            rows.add(fact);
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException unexpected) {
            // The cause is dropped: it may quote the text.
            throw JournalFault.malformed(
                    record.sequence(), unexpected.getClass().getSimpleName(), null);
        }
    }
}
