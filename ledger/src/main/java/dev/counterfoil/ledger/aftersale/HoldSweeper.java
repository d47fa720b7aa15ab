package dev.counterfoil.ledger.aftersale;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.secrets.RequestHash;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Returns what holds set aside once their deadline has come. Every gateway sweeps the cells that it posts to or saw an open hold in,
 * and now and then all of them, so that a thousand quiet programs cost little; the hold is closed by the step that
 * returns its value, so it returns once, whoever comes first and whatever crashes: an open hold stays in Redis until then.
 */
public final class HoldSweeper implements AutoCloseable {
    private static final String CLIENT = "holds";
    private static final int MOST_A_CELL = 100;

    /** Every so many sweeps all cells are looked at: another gateway may have ended that made a hold. */
    private static final int ALL_EVERY = 10;

    private final Ledger ledger;
    private final AfterSale afterSale;
    private final RequestHash hash;
    private final Supplier<List<Cell>> cells;
    private final Counter expired;
    private final Recurring sweeps;
    private final Set<Cell> lively = ConcurrentHashMap.newKeySet();
    private final AtomicInteger sweep = new AtomicInteger();

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

    /** Says that something was posted to {@code cell}: there may be a hold. From any thread. */
    public void posted(Cell cell) {
        lively.add(cell);
    }

    /** One look at each cell, one after the other; a cell that fails does not keep the others waiting. */
    Future<Void> sweep() {
        List<Future<Void>> swept = new ArrayList<>();
        Future<Void> before = Future.succeededFuture();
        boolean all = sweep.getAndIncrement() % ALL_EVERY == 0;
        for (Cell cell : all ? cells.get() : List.copyOf(lively)) {
            Future<Void> one = before.compose(done -> sweep(cell));
            swept.add(one);
            before = one.otherwiseEmpty();
        }
        return Future.join(swept).mapEmpty();
    }

    /** Each hold by itself: one that fails is named and tried again, and keeps no other from returning. */
    private Future<Void> sweep(Cell cell) {
        lively.remove(cell);
        return ledger.dueHolds(cell, MOST_A_CELL)
                .onFailure(away -> lively.add(cell))
                .compose(found -> {
                    if (found.open()) {
                        lively.add(cell);
                    }
                    List<Long> due = found.sequences();
                    List<Future<Boolean>> ends = new ArrayList<>();
                    Future<?> before = Future.succeededFuture();
                    for (long sequence : due) {
                        Future<Boolean> end = before.compose(done -> expire(cell, sequence));
                        ends.add(end);
                        before = end.otherwiseEmpty();
                    }
                    return Future.join(ends)
                            .transform(all -> due.size() == MOST_A_CELL
                                            && ends.stream().anyMatch(HoldSweeper::returned)
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
                if (outcome instanceof Refused refused && refused.reason() == Refusal.BALANCE_LIMIT) {
                    throw new IllegalStateException("the hold of sequence " + sequence + " in cell " + cell
                            + " cannot return: a balance would pass " + Amounts.MAX);
                }
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
