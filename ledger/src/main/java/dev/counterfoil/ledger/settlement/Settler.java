package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.postgres.PostingPartitions;
import dev.counterfoil.ledger.redis.RedisConnection;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles every cell's journal into PostgreSQL on threads of its own. A cell has a turn soon after {@link #markDirty}, and
 * otherwise when a sweep finds it behind. Settlers of several processes share the work: each run claims its cell.
 *
 * <p>While PostgreSQL or Redis is away, turns are repeated without end, at a bounded pace. A journal or a row that no repetition
 * can settle stops its cell in this process, loudly: nothing is skipped. The others go on.
 */
public final class Settler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);
    /** How often the journal of a stopped cell is looked at again, where that may help. */
    private static final Duration STOPPED_LOOK = Duration.ofSeconds(5);

    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration MOST_BACKOFF = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PARTITIONS_AHEAD = Duration.ofDays(62);

    private final Database database;
    private final JournalReader journal;
    private final CellSettlement settlement;
    private final SettlementSettings settings;
    private final SettlementMetrics metrics;
    private final ObjLongConsumer<Cell> settledUpTo;
    private final Clock clock;
    private final Map<Cell, CellProgress> cells = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor threads;

    /** Looks at Redis alone, for a PostgreSQL that says nothing keeps {@link #threads} waiting for as long as an answer may take. */
    private final ScheduledThreadPoolExecutor watch;

    private volatile boolean sweepFailed;

    /**
     * Made without connecting; idle until {@link #start}.
     *
     * @param redis a connection of its own: a run of the journal is megabytes, and posts must not queue behind it
     */
    public Settler(
            Database database, RedisConnection redis, SettlementSettings settings, MeterRegistry meters, Clock clock) {
        this(database, redis, settings, meters, clock, (cell, sequence) -> {});
    }

    /** The same. {@code settledUpTo} is told up to where a cell is settled without exception, on a settling thread; must not block. */
    public Settler(
            Database database,
            RedisConnection redis,
            SettlementSettings settings,
            MeterRegistry meters,
            Clock clock,
            ObjLongConsumer<Cell> settledUpTo) {
        this.database = database;
        this.settledUpTo = settledUpTo;
        this.journal = new JournalReader(redis);
        this.settlement = new CellSettlement(database.jdbi(), journal, settings.batchSize(), settings.journalKeep());
        this.settings = settings;
        this.clock = clock;
        this.threads = threads(settings.threads(), "settler-");
        this.watch = threads(1, "settler-watch-");
        this.metrics = new SettlementMetrics(meters, this);
    }

    private static ScheduledThreadPoolExecutor threads(int most, String name) {
        AtomicInteger count = new AtomicInteger();
        ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(most, work -> {
            Thread thread = new Thread(work, name + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return threads;
    }

    /** Begins to sweep. */
    public void start() {
        long everyMs = settings.sweep().toMillis();
        var unused = threads.scheduleWithFixedDelay(this::sweepBooks, 0, everyMs, TimeUnit.MILLISECONDS);
        var alike = watch.scheduleWithFixedDelay(this::sweepJournals, 0, everyMs, TimeUnit.MILLISECONDS);
    }

    /** Says that {@code cell} has new transactions. Cheap, from any thread, as often as it likes. */
    public void markDirty(Cell cell) {
        CellProgress progress = progress(cell);
        progress.waitingSince(clock.millis());
        plan(progress, sinceLastTurn(progress));
    }

    /** Cells that are stopped, with the sequence after which, and the reason. */
    public Map<Cell, String> stopped() {
        Map<Cell, String> stopped = new ConcurrentHashMap<>();
        cells.forEach((cell, progress) -> {
            String reason = progress.stopped;
            if (reason != null) {
                stopped.put(cell, reason);
            }
        });
        return stopped;
    }

    /** Cells that PostgreSQL says were opened and of which Redis had nothing when it last answered. */
    public long coldCells() {
        return cells.values().stream().filter(progress -> progress.cold).count();
    }

    /** Seconds that the oldest transaction known to this process waits for PostgreSQL, the worst cell's; 0 when none does. */
    public double lagSeconds() {
        long now = clock.millis();
        long oldest = now;
        for (CellProgress progress : cells.values()) {
            long since = progress.waitingSinceMs;
            oldest = since == 0 ? oldest : Math.min(oldest, since);
        }
        return (now - oldest) / 1000.0;
    }

    /** Transactions that wait for PostgreSQL as of the last look at the journals, the worst cell's. */
    public long backlog() {
        long backlog = 0;
        for (CellProgress progress : cells.values()) {
            backlog = Math.max(backlog, progress.backlog());
        }
        return backlog;
    }

    /** Transactions that are left out of the books, in all cells. */
    public long deadLetters() {
        return cells.values().stream()
                .mapToLong(progress -> progress.deadLetters)
                .sum();
    }

    /** Ends the run under way, waiting for it at most ten seconds, and plans no more. What is left, the next start settles. */
    @Override
    public void close() {
        watch.shutdownNow().forEach(dropped -> {});
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow().forEach(dropped -> {});
            }
        } catch (InterruptedException e) {
            threads.shutdownNow().forEach(dropped -> {});
            Thread.currentThread().interrupt();
        }
    }

    private CellProgress progress(Cell cell) {
        return cells.computeIfAbsent(cell, CellProgress::new);
    }

    private void plan(CellProgress progress, Duration delay) {
        boolean again = progress.mayGoOn && sinceTurn(progress).compareTo(STOPPED_LOOK) >= 0;
        if ((progress.stopped == null || again) && progress.planned.compareAndSet(false, true)) {
            try {
                var unused = threads.schedule(() -> turn(progress), delay.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException closed) {
                progress.planned.set(false);
            }
        }
    }

    /** What is left of the interval since the cell's last turn. */
    private Duration sinceLastTurn(CellProgress progress) {
        Duration left = settings.interval().minus(sinceTurn(progress));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static Duration sinceTurn(CellProgress progress) {
        return Duration.ofNanos(System.nanoTime() - progress.lastTurnNanos);
    }

    private void turn(CellProgress progress) {
        progress.planned.set(false);
        if (!progress.running.compareAndSet(false, true)) {
            plan(progress, settings.interval());
            return;
        }
        try {
            settle(progress);
        } catch (RuntimeException | SQLException e) {
            failed(progress, e);
        } finally {
            progress.lastTurnNanos = System.nanoTime();
            progress.running.set(false);
        }
    }

    private void settle(CellProgress progress) throws SQLException {
        long started = System.nanoTime();
        CellSettlement.Run run = settlement.settleNext(progress.cell, progress::claimedAt);
        if (progress.failures > 0) {
            LOG.info("settlement of {} goes on after {} failed turns", progress.cell, progress.failures);
            progress.failures = 0;
        }
        if (!run.claimed()) {
            // Whoever holds it may have read the journal before the last post.
            if (progress.known) {
                plan(progress, settings.interval());
            }
            return;
        }
        if (progress.stopped != null) {
            LOG.info("settlement of {} goes on: what had stopped it is over", progress.cell);
            progress.stopped = null;
        }
        progress.advanced(run);
        if (run.transactions() > 0) {
            tell(progress.cell, run);
            metrics.settled.increment(run.transactions());
            metrics.batch.record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
        }
        if (run.transactions() > 0) {
            // Another process may post to it that does not mark it here: a cell that moves is looked at until it rests.
            plan(progress, run.atEnd() ? settings.interval() : Duration.ZERO);
        }
    }

    private void tell(Cell cell, CellSettlement.Run run) {
        if (!run.dead().isEmpty()) {
            DeadLetter first = run.dead().get(0);
            LOG.error(
                    "settlement of {} leaves out {} transactions as dead letters, the first is sequence {}: {}",
                    cell,
                    run.dead().size(),
                    first.sequence(),
                    first.reason());
        }
        if (run.deadLetters() == 0) {
            settledUpTo.accept(cell, run.settled());
        }
    }

    private void failed(CellProgress progress, Exception failure) {
        if (SettlementFailure.isFinal(failure)) {
            String stopped = "after sequence " + progress.settled + ": " + SettlementFailure.describe(failure);
            if (!stopped.equals(progress.stopped)) {
                LOG.error("settlement of {} STOPPED {}", progress.cell, stopped);
            }
            progress.mayGoOn = failure instanceof JournalFault
                    && (((JournalFault) failure).broken() || ((JournalFault) failure).newer());
            progress.stopped = stopped;
            return;
        }
        metrics.failures.increment();
        progress.failures++;
        if (progress.failures == 1) {
            LOG.warn("settlement of {} waits: {}", progress.cell, SettlementFailure.describe(failure));
        }
        int doublings = Math.min(progress.failures - 1, 10);
        Duration backoff = FIRST_BACKOFF.multipliedBy(1L << doublings);
        plan(progress, backoff.compareTo(MOST_BACKOFF) > 0 ? MOST_BACKOFF : backoff);
    }

    /** Looks at every cell's cursor: one query. */
    private void sweepBooks() {
        try {
            settlement.ensurePartitions(
                    PostingPartitions.months(clock.instant(), clock.instant().plus(PARTITIONS_AHEAD)));
            readCursors();
            database.jdbi().useHandle(QuotasWriter::forgetLapsed);
            sweepFailed = false;
        } catch (RuntimeException e) {
            if (!sweepFailed) {
                LOG.warn("settlement cannot look at PostgreSQL: {}", SettlementFailure.describe(e));
            }
            sweepFailed = true;
        }
    }

    /** Looks at every cell's journal: one command a cell sent without waiting. */
    private void sweepJournals() {
        try {
            readSequences();
        } catch (LedgerFault | IllegalStateException e) {
            LOG.debug("settlement cannot look at Redis: {}", e.getMessage());
        }
    }

    private void readCursors() {
        database.jdbi()
                .useHandle(handle -> handle.createQuery(
                                "select program, index, epoch, opened, settled_seq, dead_letters from cell")
                        .map((row, context) -> {
                            CellProgress progress = progress(new Cell(row.getString("program"), row.getInt("index")));
                            progress.known = true;
                            progress.opened = row.getBoolean("opened");
                            progress.deadLetters = row.getLong("dead_letters");
                            progress.settled = Math.max(progress.settled, row.getLong("settled_seq"));
                            noteEpoch(progress, row.getLong("epoch"));
                            return progress;
                        })
                        .forEach(progress -> {}));
    }

    /** A cell that was rebuilt has a journal of its own, so what stopped it is over. */
    private void noteEpoch(CellProgress progress, long epoch) {
        if (progress.epoch != 0 && progress.epoch < epoch) {
            settlement.compareAgain(progress.cell);
            if (progress.stopped != null) {
                progress.stopped = null;
                LOG.info("settlement of {} goes on: it is rebuilt in epoch {}", progress.cell, epoch);
            }
        }
        progress.epoch = epoch;
    }

    private void readSequences() {
        List<CellProgress> all = new ArrayList<>(cells.values());
        List<Future<OptionalLong>> sequences = new ArrayList<>(all.size());
        all.forEach(progress -> sequences.add(journal.sequenceLater(progress.cell)));
        for (int i = 0; i < all.size(); i++) {
            CellProgress progress = all.get(i);
            OptionalLong sequence;
            try {
                sequence = JournalReader.await(sequences.get(i));
            } catch (LedgerFault away) {
                // The cells of a cluster are on several servers.
                LOG.debug("settlement cannot look at {}: {}", progress.cell, away.getMessage());
                continue;
            }
            noteCold(progress, progress.opened && sequence.isEmpty());
            if (sequence.isEmpty()) {
                continue;
            }
            progress.journaled = sequence.getAsLong();
            if (progress.journaled == progress.settled) {
                progress.waitingSinceMs = 0;
                if (settlement.untrimmed(progress.cell, progress.settled)) {
                    plan(progress, sinceLastTurn(progress));
                }
            } else {
                progress.waitingSince(clock.millis());
                plan(progress, sinceLastTurn(progress));
            }
        }
    }

    private static void noteCold(CellProgress progress, boolean cold) {
        if (cold && !progress.cold) {
            LOG.error(
                    "cell {} is COLD: Redis has lost it, the books hold its sequences up to {}; nothing is redeemed in it",
                    progress.cell,
                    progress.settled);
        } else if (!cold && progress.cold) {
            LOG.info("cell {} is no longer cold", progress.cell);
        }
        progress.cold = cold;
    }
}
