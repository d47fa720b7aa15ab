package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.postgres.Database;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits until the books hold everything of a cell up to a sequence, for work that has to know what was posted. */
public final class SettledUpTo {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Vertx vertx;
    private final Database database;
    private final Clock clock;

    public SettledUpTo(Vertx vertx, Database database, Clock clock) {
        this.vertx = vertx;
        this.database = database;
        this.clock = clock;
    }

    /** Fails with {@link LedgerFault.Overloaded} when settlement lags further behind than can be waited for. */
    public Future<Void> await(Cell cell, long sequence) {
        return look(cell, sequence, clock.instant().plus(PATIENCE).toEpochMilli());
    }

    private Future<Void> look(Cell cell, long sequence, long deadlineMs) {
        return database.call(
                        // What is a dead letter is not in the books, nor is what may follow from it.
                        handle -> handle.createQuery("select case when dead_letters = 0 then settled_seq else least("
                                        + "settled_seq, (select min(seq) - 1 from dead_letter where cell = c.id)) end"
                                        + " from cell c where program = ? and index = ?")
                                .bind(0, cell.program())
                                .bind(1, cell.index())
                                .mapTo(Long.class)
                                .one())
                .compose(settled -> {
                    if (settled >= sequence) {
                        return Future.succeededFuture();
                    } else if (clock.millis() > deadlineMs) {
                        return Future.failedFuture(
                                new LedgerFault.Overloaded("settlement lags behind: try the same again later"));
                    }
                    return vertx.timer(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)
                            .compose(tick -> look(cell, sequence, deadlineMs));
                });
    }
}
