package dev.counterfoil.ledger.rebuild;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.rebuild.Rebuild.Allowed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds cells that are found cold, one at a time, without being asked. An empty Redis may be a lost one or another one, and
 * to rebuild on another one while the right one still serves would let the same value be spent in both. So a cell is rebuilt
 * only where Redis shows that it had it, or where this process saw it open there before; and only where Redis holds nothing that
 * the books cannot take. Everything else waits for a person. One that failed is tried again without end, after a pause that
 * doubles up to ten minutes: what a failure left behind the next begins anew, and nothing is given up by trying. For one thread.
 */
public final class ColdCells {
    private static final Logger LOG = LoggerFactory.getLogger(ColdCells.class);

    static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    static final Duration MOST_PAUSE = Duration.ofMinutes(10);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Rebuild rebuild;
    private final Runnable belongs;
    private final Clock clock;
    private final Counter rebuilt;
    private final Counter failed;
    private final Set<Cell> seenOpen = ConcurrentHashMap.newKeySet();
    private final Map<Cell, Pause> pauses = new HashMap<>();
    private final Map<Cell, String> said = new HashMap<>();
    private boolean away;

    /** How long a cell is left alone after it was not rebuilt, and until when. */
    private record Pause(Duration length, long untilMs) {}

    /** @param belongs throws where Redis and PostgreSQL are not of one installation; asked before each rebuild */
    public ColdCells(Rebuild rebuild, Runnable belongs, MeterRegistry meters, Clock clock) {
        this.rebuild = rebuild;
        this.belongs = belongs;
        this.clock = clock;
        this.rebuilt = Counter.builder("counterfoil.rebuilds")
                .description("Cold cells that this gateway rebuilt by itself")
                .register(meters);
        this.failed = Counter.builder("counterfoil.rebuild.failures")
                .description("Rebuilds that this gateway began by itself and did not bring to an end")
                .register(meters);
        var unused = Gauge.builder("counterfoil.rebuild.cells.watched", seenOpen, Set::size)
                .description("Cells that this gateway saw open and rebuilds by itself if Redis loses them")
                .register(meters);
    }

    /** Looks at every cell, and rebuilds those that may be. Blocks as long as that takes; fails when a server is away. */
    public void look() {
        for (CellState state : rebuild.states("")) {
            Cell cell = state.cell();
            String cold = state.cold();
            if (cold == null) {
                seenOpen.add(cell);
                pauses.remove(cell);
                said.remove(cell);
            } else if (state.opened()) {
                cold(state, cold);
            }
        }
    }

    /**
     * Looks from now on, on a thread of its own, each time {@code period} after the last look has ended, while {@code wanted}.
     * Closing it ends a rebuild that is under way, which the next start then begins anew.
     */
    public AutoCloseable watch(Duration period, BooleanSupplier wanted) {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "rebuild");
            made.setDaemon(true);
            return made;
        });
        var unused = thread.scheduleWithFixedDelay(
                () -> {
                    if (wanted.getAsBoolean()) {
                        lookOrLog();
                    }
                },
                period.toMillis(),
                period.toMillis(),
                TimeUnit.MILLISECONDS);
        return () -> {
            thread.shutdownNow().forEach(dropped -> {});
            boolean ended = thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        };
    }

    private void lookOrLog() {
        try {
            look();
            away = false;
        } catch (RuntimeException e) {
            if (!away) {
                LOG.warn("cold cells cannot be looked for: {}", e.getMessage());
            }
            away = true;
        }
    }

    private void cold(CellState state, String because) {
        Cell cell = state.cell();
        if (!state.ours() && !seenOpen.contains(cell)) {
            say(cell, "it is not rebuilt, for this Redis may be another one than had it");
        } else if (!pausing(cell)) {
            LOG.warn("REBUILDING cell {} from PostgreSQL, since it is cold: {}", cell, because);
            try {
                belongs.run();
                Rebuilt done = rebuild.rebuild(cell, Allowed.NOTHING_GIVEN_UP);
                rebuilt.increment();
                if (done.lost() > 0) {
                    LOG.error("rebuilt {}", done.text());
                } else {
                    LOG.warn("rebuilt {}", done.text());
                }
            } catch (RuntimeException e) {
                if (e instanceof RebuildRefused && ((RebuildRefused) e).isElsewhere()) {
                    LOG.info("cell {} is left to another: {}", cell, e.getMessage());
                    return;
                }
                failed.increment();
                if (e instanceof LedgerFault.Unavailable
                        || e instanceof RebuildRefused && ((RebuildRefused) e).waits()) {
                    say(cell, "it is not rebuilt yet: " + e.getMessage());
                    return;
                }
                Pause pause = pause(cell);
                LOG.error(
                        "cell {} was not rebuilt, and is tried again in {} s: {}",
                        cell,
                        pause.length().toSeconds(),
                        e.getMessage());
            }
        }
    }

    /** A clock that went back ends the pause. */
    private boolean pausing(Cell cell) {
        Pause pause = pauses.get(cell);
        long left = pause == null ? 0 : pause.untilMs() - clock.millis();
        return left > 0 && left <= MOST_PAUSE.toMillis();
    }

    /** Begins a pause, twice as long as the one before. */
    private Pause pause(Cell cell) {
        Pause before = pauses.get(cell);
        Duration doubled = before == null ? FIRST_PAUSE : before.length().multipliedBy(2);
        Duration length = doubled.compareTo(MOST_PAUSE) > 0 ? MOST_PAUSE : doubled;
        Pause pause = new Pause(length, clock.millis() + length.toMillis());
        pauses.put(cell, pause);
        return pause;
    }

    private void say(Cell cell, String what) {
        if (!what.equals(said.put(cell, what))) {
            LOG.error("cell {} stays COLD: {} (expected: somebody runs the command rebuild)", cell, what);
        }
    }
}
