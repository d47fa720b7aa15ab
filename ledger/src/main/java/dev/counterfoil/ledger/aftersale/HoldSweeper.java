package dev.counterfoil.ledger.aftersale;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.secrets.RequestHash;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Returns what holds set aside once their deadline has come. Every gateway sweeps; the hold is closed by the step that
 * returns its value, so it returns once, whoever comes first and whatever crashes: an open hold stays in Redis until then.
 */
public final class HoldSweeper implements AutoCloseable {
    private static final String CLIENT = "holds";
    private static final int MOST_A_CELL = 100;

    private final Ledger ledger;
    private final AfterSale afterSale;
    private final RequestHash hash;
    private final Supplier<List<Cell>> cells;
    private final Counter expired;
    private final Recurring sweeps;

    /**
     * Sweeps every {@code period} from now on.
     *
     * @param cells all that there are, asked anew each time
     */
    public HoldSweeper(
            Vertx vertx,
            Ledger ledger,
            AfterSale afterSale,
            RequestHash hash,
            Supplier<List<Cell>> cells,
            Duration period,
            MeterRegistry meters) {
        this.ledger = ledger;
        this.afterSale = afterSale;
        this.hash = hash;
        this.cells = cells;
        this.expired = Counter.builder("counterfoil.holds.expired")
                .description("Holds that this gateway returned because their deadline had come")
                .register(meters);
        this.sweeps = Recurring.start(vertx, "sweep of holds", period, this::sweep);
    }

    /** One look at every cell, one after the other; a cell that fails does not keep the others waiting. */
    Future<Void> sweep() {
        List<Future<Void>> swept = new ArrayList<>();
        Future<Void> before = Future.succeededFuture();
        for (Cell cell : cells.get()) {
            Future<Void> one = before.compose(done -> sweep(cell));
            swept.add(one);
            before = one.otherwiseEmpty();
        }
        return Future.join(swept).mapEmpty();
    }

    /** Each hold by itself: one that fails is named and tried again, and keeps no other from returning. */
    private Future<Void> sweep(Cell cell) {
        return ledger.dueHolds(cell, MOST_A_CELL).compose(due -> {
            List<Future<Boolean>> ends = new ArrayList<>();
            Future<?> before = Future.succeededFuture();
            for (long sequence : due) {
                Future<Boolean> end = before.compose(done -> expire(cell, sequence));
                ends.add(end);
                before = end.otherwiseEmpty();
            }
            return Future.join(ends)
                    .transform(all -> due.size() == MOST_A_CELL && ends.stream().anyMatch(HoldSweeper::returned)
                            ? sweep(cell)
                            : all.succeeded() ? Future.succeededFuture() : Future.failedFuture(all.cause()));
        });
    }

    private static boolean returned(Future<Boolean> end) {
        return end.succeeded() && end.result();
    }

    /** Whether the value returned by this very call. */
    private Future<Boolean> expire(Cell cell, long sequence) {
        return ledger.transaction(cell, sequence).compose(redemption -> {
            if (redemption.isEmpty()) {
                return Future.failedFuture(new IllegalStateException(
                        "the hold of sequence " + sequence + " in cell " + cell + " is neither journaled nor settled"));
            }
            Step step = Step.of(Step.Kind.EXPIRY);
            String name = step.canonical(cell + " " + sequence);
            IdempotencyKey key =
                    new IdempotencyKey(CLIENT, hash.idempotency(CLIENT, null, name), hash.fingerprint(name));
            return afterSale.post(key, "", redemption.get(), step).map(outcome -> {
                boolean returned = outcome instanceof Posted && !outcome.replayed();
                expired.increment(returned ? 1 : 0);
                return returned;
            });
        });
    }

    @Override
    public void close() {
        sweeps.close();
    }
}
