package dev.counterfoil.ledger.rebuild;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Progress;
import dev.counterfoil.ledger.access.KeyPublisher;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.rebuild.ClosedCell.InRedis;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.settlement.TailSettlement;
import dev.counterfoil.ledger.settlement.TailSettlement.Tail;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * Opens cells again that Redis lost, from the settled books alone.
 *
 * <p>In this order: a lock that one rebuild of a cell has at a time; of a cell that is open, what its journal holds by now is
 * settled, so that what cannot be is found while everybody still redeems; a new epoch, in PostgreSQL; the cell is closed in Redis, so
 * that no gateway posts to it, whatever epoch it knows; what its journal still holds is settled; what is left of it is taken
 * away; everything is loaded; it opens. Until then it is cold. A rebuild that ends on the way, however, leaves a closed cell and
 * complete books, and the next begins anew with a later epoch: whatever the earlier one still sends is refused. So it may be
 * repeated at will, and running gateways, which poll the epochs, go on by themselves.
 *
 * <p>Blocks the thread that calls; not for an event loop.
 */
public final class Rebuild {
    private static final long PUBLISH_SECONDS = 60;

    /** The parts of a rebuild, in their order. */
    enum Step {
        LOCKED,
        SETTLED_AHEAD,
        EPOCH_RAISED,
        CLOSED,
        SETTLED,
        WIPED,
        LOADED,
        OPENED
    }

    /** What a caller allows. */
    public enum Allowed {
        /** A cold cell of which Redis has nothing that does not go on from the books. */
        NOTHING_GIVEN_UP,
        /** A cold cell. What is in Redis and does not go on from the books is put aside. */
        COLD,
        /** An open one too: what Redis holds and the books do not is given up, as with a cold one. */
        OPEN
    }

    private final Database database;
    private final RedisConnection redis;
    private final CatalogPublisher catalog;
    private final KeyPublisher keys;
    private final Duration recorded;
    private final Progress progress;
    private final Consumer<Step> reached;
    private final TailSettlement tail;

    /**
     * @param redis a connection of its own: a load would hold up posts of other cells
     * @param recorded how long the answer of a posted transaction is repeated, as the gateways' settings say
     */
    public Rebuild(
            Database database,
            RedisConnection redis,
            CatalogPublisher catalog,
            KeyPublisher keys,
            Duration recorded,
            Progress progress) {
        this(database, redis, catalog, keys, recorded, progress, step -> {});
    }

    /** The same, told of every step once it is taken: tests end it there. */
    Rebuild(
            Database database,
            RedisConnection redis,
            CatalogPublisher catalog,
            KeyPublisher keys,
            Duration recorded,
            Progress progress,
            Consumer<Step> reached) {
        this.database = database;
        this.redis = redis;
        this.catalog = catalog;
        this.keys = keys;
        this.recorded = recorded;
        this.progress = progress;
        this.reached = reached;
        this.tail = new TailSettlement(database, redis);
    }

    /** The cells of {@code program}, of all programs for an empty text, as they are now. */
    public List<CellState> states(String program) {
        return database.jdbi()
                .withHandle(handle -> handle
                        .createQuery("select program, index from cell"
                                + " where :program = '' or program = :program order by program, index")
                        .bind("program", program)
                        .map((row, context) -> new Cell(row.getString("program"), row.getInt("index")))
                        .list()
                        .stream()
                        .map(cell -> state(row(handle, cell)))
                        .toList());
    }

    /**
     * Rebuilds a cell.
     *
     * @throws RebuildRefused when it is not one that {@code allowed} allows, or another rebuild of it is under way
     * @throws LedgerFault.Unavailable when Redis is away
     */
    public Rebuilt rebuild(Cell cell, Allowed allowed) {
        long started = System.nanoTime();
        Rebuilt rebuilt;
        // Opened, not lent by the pool to a callback: within one, other transactions of this thread would be part of
        // it.
        try (Handle lock = database.jdbi().open()) {
            rebuilt = lock.inTransaction(locked -> {
                // While the tail is settled this connection waits; and a cursor over a large cell may take its time to
                // the
                // first row.
                locked.execute("set local idle_in_transaction_session_timeout = 0");
                locked.execute("set local statement_timeout = 0");
                return rebuild(locked, cell, allowed, started);
            });
        }
        await(catalog.publish(cell.program()));
        await(keys.publish());
        return rebuilt;
    }

    private Rebuilt rebuild(Handle lock, Cell cell, Allowed allowed, long started) {
        lock(lock, row(lock, cell));
        Row row = row(lock, cell);
        CellState state = state(row);
        require(state, allowed);
        requireNoDeadLetters(row);
        reached.accept(Step.LOCKED);

        InRedis before = ClosedCell.read(redis, cell);
        long ahead = state.cold() == null ? settleAhead(lock, cell, before.sequence()) : 0;
        reached.accept(Step.SETTLED_AHEAD);
        long beyond = Math.max(before.epoch(), before.closedBy());
        long epoch = database.jdbi().inTransaction(other -> CatalogStore.raiseEpoch(other, cell, beyond));
        reached.accept(Step.EPOCH_RAISED);
        ClosedCell closed = ClosedCell.close(redis, cell, epoch);
        InRedis left = ClosedCell.read(redis, cell);
        reached.accept(Step.CLOSED);

        progress.at(cell + " journal", 0, 0);
        Tail settled = tail.settle(cell);
        long sequence = holdSettled(lock, row, epoch);
        requireNoDeadLetters(row(lock, cell));
        boolean follows = left.journaled() <= sequence && tail.isAsSettled(cell, left.journaled());
        String kept = follows ? null : keptJournal(closed, cell, epoch, settled, allowed);
        reached.accept(Step.SETTLED);

        closed.wipe(keys -> progress.at(cell + " keys taken away", keys, 0));
        reached.accept(Step.WIPED);
        StoredCell stored = new StoredCell(lock, row.id(), cell, closed, progress);
        Rebuilt.Counts counts = stored.restore(left.nowMs(), recorded);
        long version = stored.catalog();
        reached.accept(Step.LOADED);

        long lostTo = lostTo(redis, left, cell);
        closed.open(sequence, version);
        reached.accept(Step.OPENED);
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        long tailed = ahead + settled.transactions();
        return new Rebuilt(cell, epoch, sequence, tailed, counts, lostTo, settled.broken(), kept, took);
    }

    /**
     * Settles what an open cell has journaled by now, and returns how much that was. What is posted meanwhile is settled once the
     * cell is closed; that the books cannot take it is then all but ruled out, and the cell is closed for a moment only.
     */
    private long settleAhead(Handle lock, Cell cell, long sequence) {
        progress.at(cell + " journal", 0, 0);
        Tail settled = tail.settle(cell, sequence);
        requireNoDeadLetters(row(lock, cell));
        return settled.transactions();
    }

    /** Until the transaction ends nobody else has it; an end of the process or of the connection lets it go. */
    private static void lock(Handle handle, Row row) {
        boolean locked = handle.createQuery("select pg_try_advisory_xact_lock(hashtext('counterfoil rebuild'), :cell)")
                .bind("cell", row.id())
                .mapTo(Boolean.class)
                .one();
        if (!locked) {
            throw RebuildRefused.elsewhere("another rebuild of cell " + row.cell() + " is under way");
        }
    }

    private static void require(CellState state, Allowed allowed) {
        if (!state.opened()) {
            throw new RebuildRefused("cell " + state.cell() + " never was open: a gateway opens it by itself");
        } else if (state.cold() == null && allowed != Allowed.OPEN) {
            throw RebuildRefused.elsewhere("cell " + state.cell()
                    + " is open (expected: a cold one; forced, an open one is" + " closed while it is rebuilt)");
        }
    }

    /** Balances in the books lack what dead letters moved: loaded, they would bring money back that was spent. */
    private static void requireNoDeadLetters(Row row) {
        if (row.deadLetters() > 0) {
            throw RebuildRefused.until("cell " + row.cell() + " has " + row.deadLetters()
                    + " dead letters, whose changes the balances in PostgreSQL lack (expected: none; mend their cause and run"
                    + " settle --retry-dead-letters)");
        }
    }

    /** From here to the end of the transaction nothing of the cell is settled: what is read of it is of one moment. */
    private static long holdSettled(Handle handle, Row row, long epoch) {
        return handle.createQuery("select settled_seq from cell where id = :cell and epoch = :epoch for no key update")
                .bind("cell", row.id())
                .bind("epoch", epoch)
                .mapTo(Long.class)
                .findOne()
                .orElseThrow(() -> RebuildRefused.elsewhere("another rebuild of cell " + row.cell() + " took over"));
    }

    /** Puts a journal aside that holds what the books do not, or something else under the same sequences. */
    private static String keptJournal(ClosedCell closed, Cell cell, long epoch, Tail settled, Allowed allowed) {
        if (allowed == Allowed.NOTHING_GIVEN_UP) {
            throw new RebuildRefused("cell " + cell
                    + " stays cold, for Redis has transactions that the books cannot take: " + settled.broken()
                    + " (expected: somebody runs the command rebuild, which puts them aside)");
        }
        closed.keepJournal();
        return RedisKeys.lost(cell, epoch);
    }

    /** The highest sequence that was acknowledged, as far as is known: what Redis had, and what gateways noted since. */
    private static long lostTo(RedisConnection redis, InRedis left, Cell cell) {
        long noted = ClosedCell.read(redis, cell).seen();
        return Math.max(noted, Math.max(left.sequence(), left.journaled()));
    }

    private CellState state(Row row) {
        return CellState.of(row.cell(), row.opened(), row.epoch(), row.settled(), ClosedCell.read(redis, row.cell()));
    }

    private static Row row(Handle handle, Cell cell) {
        return handle.createQuery(
                        "select id, opened, epoch, settled_seq, dead_letters from cell where program = :program and index = :index")
                .bind("program", cell.program())
                .bind("index", cell.index())
                .map((row, context) -> new Row(
                        row.getInt("id"),
                        cell,
                        row.getBoolean("opened"),
                        row.getLong("epoch"),
                        row.getLong("settled_seq"),
                        row.getLong("dead_letters")))
                .findOne()
                .orElseThrow(() -> new RebuildRefused("there is no cell " + cell));
    }

    private static <T> void await(Future<T> future) {
        try {
            T unused = future.toCompletionStage().toCompletableFuture().get(PUBLISH_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException
                    ? (RuntimeException) e.getCause()
                    : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new LedgerFault.Unavailable("not published within " + PUBLISH_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerFault.Unavailable("interrupted");
        }
    }

    private record Row(int id, Cell cell, boolean opened, long epoch, long settled, long deadLetters) {}
}
