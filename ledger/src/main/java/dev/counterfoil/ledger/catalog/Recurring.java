package dev.counterfoil.ledger.catalog;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something again and again, the next time a period after the last has ended, so that runs never overlap. A failure is
 * logged when it begins and when it is over, and ends nothing.
 */
public final class Recurring implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Recurring.class);

    private final Vertx vertx;
    private final String what;
    private final Duration period;
    private final Supplier<Future<Void>> task;
    private boolean failing;
    private boolean closed;
    private long timer;

    private Recurring(Vertx vertx, String what, Duration period, Supplier<Future<Void>> task) {
        this.vertx = vertx;
        this.what = what;
        this.period = period;
        this.task = task;
    }

    /**
     * Starts; the first run is one period from now.
     *
     * @param what for the log, as {@code catalog sweep}
     * @param period between runs; each is made up to a tenth shorter at random, so that many gateways do not keep step
     */
    public static Recurring start(Vertx vertx, String what, Duration period, Supplier<Future<Void>> task) {
        Recurring recurring = new Recurring(vertx, what, period, task);
        recurring.schedule();
        return recurring;
    }

    /** No run begins after this returns; one that is under way goes on. */
    @Override
    public synchronized void close() {
        closed = true;
        vertx.cancelTimer(timer);
    }

    private synchronized void schedule() {
        if (!closed) {
            long millis = period.toMillis();
            long delay = millis - ThreadLocalRandom.current().nextLong(millis / 10 + 1);
            timer = vertx.setTimer(Math.max(1, delay), id -> run());
        }
    }

    private void run() {
        Future<Void> run;
        try {
            run = task.get();
        } catch (RuntimeException e) {
            run = Future.failedFuture(e);
        }
        run.onComplete(result -> {
            report(result.cause());
            schedule();
        });
    }

    private synchronized void report(@Nullable Throwable failure) {
        if (failure != null && !failing && !closed) {
            LOG.warn("{} fails, and is tried again: {}", what, failure.toString());
        } else if (failure == null && failing) {
            LOG.info("{} works again", what);
        }
        failing = failure != null;
    }
}
