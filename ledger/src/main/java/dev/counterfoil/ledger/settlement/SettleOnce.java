package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.RedisConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * Settles on the caller's thread, for commands: what waits now, or what could not be settled before. Beside other settlers, and
 * again after having been killed at any point. What is thrown passes by itself: PostgreSQL or Redis is away.
 */
public final class SettleOnce {
    /** How long another settler may hold a cell before its part is reported as not done. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final RowMapper<Cell> CELL =
            (row, context) -> new Cell(row.getString("program"), row.getInt("index"));

    private final Database database;
    private final JournalReader journal;
    private final CellSettlement settlement;

    public SettleOnce(Database database, RedisConnection redis, SettlementSettings settings) {
        this.database = database;
        this.journal = new JournalReader(redis);
        this.settlement = new CellSettlement(database.jdbi(), journal, settings.batchSize(), settings.journalKeep());
    }

    /**
     * What became of a cell.
     *
     * @param settled transactions that are in the books by this
     * @param deadLetters that it has now
     * @param problem why not everything is in the books; empty when all is
     */
    public record Done(Cell cell, long settled, long deadLetters, String problem) {}

    /** Settles what every cell has journaled by now. */
    public List<Done> drain() {
        List<Done> done = new ArrayList<>();
        for (Cell cell : cells("select program, index from cell where opened order by program, index")) {
            done.add(told(() -> drain(cell)));
        }
        return done;
    }

    /** Tries every dead letter again, in order. */
    public List<Done> retryDeadLetters() {
        List<Done> done = new ArrayList<>();
        for (Cell cell : cells("select program, index from cell where dead_letters > 0 order by program, index")) {
            done.add(told(() -> retry(cell)));
        }
        return done;
    }

    private interface Settling {
        Done run() throws SQLException;
    }

    private static Done told(Settling settling) {
        try {
            return settling.run();
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL: " + SettlementFailure.describe(e), e);
        }
    }

    private Done retry(Cell cell) throws SQLException {
        Map<String, Long> dead = new HashMap<>();
        List<DeadLetter> left = new ArrayList<>();
        long settled = 0;
        long last = 0;
        boolean atEnd = false;
        while (!atEnd) {
            CellSettlement.Retried step;
            try {
                step = settlement.retry(cell, last, dead);
            } catch (JournalFault stopped) {
                return new Done(cell, settled, deadLetters(cell), SettlementFailure.describe(stopped));
            }
            settled += step.settled();
            step.dead().stream().filter(letter -> letter.dependsOn() == null).forEach(left::add);
            last = step.last();
            atEnd = step.atEnd();
        }
        return new Done(cell, settled, deadLetters(cell), reasons(left));
    }

    private Done drain(Cell cell) throws SQLException {
        OptionalLong sequence = journal.sequence(cell);
        if (sequence.isEmpty()) {
            return new Done(cell, 0, deadLetters(cell), "Redis has lost it");
        }
        long settled = 0;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (true) {
                CellSettlement.Run run = settlement.settleNext(cell, cursor -> {});
                settled += run.transactions() - run.dead().size();
                if (run.claimed() && run.atEnd()) {
                    return new Done(cell, settled, run.deadLetters(), "");
                } else if (!run.claimed()) {
                    if (cursor(cell) >= sequence.getAsLong()) {
                        return new Done(cell, settled, deadLetters(cell), "");
                    } else if (System.nanoTime() - deadline > 0) {
                        return new Done(cell, settled, deadLetters(cell), "another settler holds it");
                    }
                    LockSupport.parkNanos(LOOK_AGAIN.toNanos());
                }
            }
        } catch (JournalFault stopped) {
            return new Done(cell, settled, deadLetters(cell), SettlementFailure.describe(stopped));
        }
    }

    private static String reasons(List<DeadLetter> left) {
        if (left.isEmpty()) {
            return "";
        }
        DeadLetter first = left.get(0);
        String more = left.size() == 1 ? "" : ", and " + (left.size() - 1) + " more";
        return "transaction " + first.sequence() + ": " + first.reason() + more;
    }

    private List<Cell> cells(String sql) {
        return database.jdbi()
                .withHandle(handle -> handle.createQuery(sql).map(CELL).list());
    }

    private long cursor(Cell cell) {
        return number("settled_seq", cell);
    }

    private long deadLetters(Cell cell) {
        return number("dead_letters", cell);
    }

    private long number(String column, Cell cell) {
        return database.jdbi()
                .withHandle(handle -> handle.createQuery(
                                "select " + column + " from cell where program = :program and index = :index")
                        .bind("program", cell.program())
                        .bind("index", cell.index())
                        .mapTo(Long.class)
                        .one());
    }
}
