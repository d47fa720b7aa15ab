package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.SettledTransactions;
import dev.counterfoil.ledger.postgres.Database;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;

/**
 * Tells answers that wait for the books when these hold what they wait for. The settler of this process says so at once; of what
 * other processes settle, one query for all cells that somebody waits for tells, ten times a second while anybody does. So a
 * waiting answer costs no query of its own, and nothing while nobody waits. Thread-safe.
 */
public final class SettlementWatch implements SettledTransactions {
    /** Answers that may wait; more are given at once, with the level that they reached. */
    static final int MOST_WAITING = 20_000;

    private static final long LOOK_MS = 100;

    private final Vertx vertx;
    private final Database database;
    private final SettledTransactions books;
    private final BooleanSupplier keeps;
    private final Duration patience;
    private final Map<Cell, Long> settled = new HashMap<>();
    private final Map<Cell, PriorityQueue<Waiting>> waiting = new HashMap<>();
    private int count;
    private boolean looking;
    private boolean asking;

    /**
     * @param books where settled transactions are read
     * @param keeps whether PostgreSQL is known to keep what it commits; nothing is called settled otherwise
     * @param patience how long an answer waits, 1 ms..1 min
     */
    public SettlementWatch(
            Vertx vertx, Database database, SettledTransactions books, BooleanSupplier keeps, Duration patience) {
        Amounts.within("patience ms", patience.toMillis(), 1, 60_000);
        this.vertx = vertx;
        this.database = database;
        this.books = books;
        this.keeps = keeps;
        this.patience = patience;
    }

    private record Waiting(long sequence, long deadlineNanos, CompletableFuture<Boolean> answer) {
        boolean isLate(long nowNanos) {
            return nowNanos - deadlineNanos >= 0;
        }
    }

    @Override
    public Future<Optional<JournaledTransaction>> find(Cell cell, long sequence) {
        return books.find(cell, sequence);
    }

    /** Says that the books hold everything of {@code cell} up to {@code sequence}. From any thread. */
    public void settled(Cell cell, long sequence) {
        tell(cell, new Cursor(sequence, true, 0, Set.of()));
    }

    /**
     * How far a cell is settled.
     *
     * @param whole whether it has no dead letters
     * @param least the sequence from which on its dead letters were asked for: of others it says nothing unless it is whole
     * @param dead sequences of those
     */
    private record Cursor(long settled, boolean whole, long least, Set<Long> dead) {
        boolean tells(long sequence) {
            return sequence <= settled && (whole || sequence >= least);
        }
    }

    private void tell(Cell cell, Cursor cursor) {
        List<Waiting> reached = new ArrayList<>();
        synchronized (this) {
            if (cursor.whole()) {
                settled.merge(cell, cursor.settled(), Math::max);
            }
            PriorityQueue<Waiting> ofCell = waiting.get(cell);
            if (ofCell != null) {
                ofCell.removeIf(one -> cursor.tells(one.sequence()) && reached.add(one));
                count -= reached.size();
                if (ofCell.isEmpty()) {
                    waiting.remove(cell);
                }
            }
        }
        boolean kept = keeps.getAsBoolean();
        reached.forEach(one -> one.answer().complete(kept && !cursor.dead().contains(one.sequence())));
    }

    @Override
    public boolean holds(Cell cell, long sequence) {
        return keeps.getAsBoolean() && known(cell) >= sequence;
    }

    @Override
    public Future<Boolean> await(Cell cell, long sequence) {
        if (!keeps.getAsBoolean()) {
            return Future.succeededFuture(false);
        }
        Waiting one = new Waiting(sequence, System.nanoTime() + patience.toNanos(), new CompletableFuture<>());
        synchronized (this) {
            if (known(cell) >= sequence) {
                return Future.succeededFuture(true);
            } else if (count >= MOST_WAITING) {
                return Future.succeededFuture(false);
            }
            waiting.computeIfAbsent(cell, any -> new PriorityQueue<>(Comparator.comparingLong(Waiting::sequence)))
                    .add(one);
            count++;
            if (!looking) {
                looking = true;
                lookLater();
            }
        }
        Context context = Vertx.currentContext();
        return context == null
                ? Future.fromCompletionStage(one.answer())
                : Future.fromCompletionStage(one.answer(), context);
    }

    private synchronized long known(Cell cell) {
        return settled.getOrDefault(cell, 0L);
    }

    private void lookLater() {
        long unused = vertx.setTimer(LOOK_MS, due -> look());
    }

    private void look() {
        giveUp();
        Map<Cell, Long> cells;
        synchronized (this) {
            looking = !waiting.isEmpty();
            if (!looking) {
                return;
            }
            lookLater();
            if (asking) {
                return;
            }
            asking = true;
            cells = new HashMap<>();
            for (Map.Entry<Cell, PriorityQueue<Waiting>> one : waiting.entrySet()) {
                cells.put(one.getKey(), one.getValue().element().sequence());
            }
        }
        database.call(handle -> cursors(handle, cells)).onComplete(found -> {
            synchronized (this) {
                asking = false;
            }
            if (found.succeeded()) {
                found.result().forEach(this::tell);
            }
        });
    }

    private void giveUp() {
        long now = System.nanoTime();
        List<Waiting> late = new ArrayList<>();
        synchronized (this) {
            waiting.values().forEach(ofCell -> ofCell.removeIf(one -> one.isLate(now) && late.add(one)));
            waiting.values().removeIf(PriorityQueue::isEmpty);
            count -= late.size();
        }
        late.forEach(one -> one.answer().complete(false));
    }

    /** @param cells each with the least sequence that somebody waits for */
    private static Map<Cell, Cursor> cursors(Handle handle, Map<Cell, Long> cells) {
        List<Cell> asked = List.copyOf(cells.keySet());
        Map<Cell, Cursor> cursors = new HashMap<>();
        handle.createQuery("""
                        select c.program, c.index, c.settled_seq, c.dead_letters = 0 as whole, asked.least,
                               case when c.dead_letters = 0 then '{}' else array(
                               select d.seq from dead_letter d where d.cell = c.id and d.seq >= asked.least) end as dead
                          from unnest(:programs, :indexes, :least) as asked (program, index, least)
                          join cell c on c.program = asked.program and c.index = asked.index
                        """)
                .bindArray(
                        "programs",
                        String.class,
                        asked.stream().map(Cell::program).toList())
                .bindArray(
                        "indexes",
                        Integer.class,
                        asked.stream().map(Cell::index).toList())
                .bindArray("least", Long.class, asked.stream().map(cells::get).toList())
                .map((row, context) -> Map.entry(
                        new Cell(row.getString("program"), row.getInt("index")),
                        new Cursor(
                                row.getLong("settled_seq"), row.getBoolean("whole"), row.getLong("least"), Set.of((Long
                                                [])
                                        row.getArray("dead").getArray()))))
                .forEach(one -> cursors.put(one.getKey(), one.getValue()));
        return cursors;
    }
}
