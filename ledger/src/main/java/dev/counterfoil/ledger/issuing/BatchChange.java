package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.secrets.RequestHash;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Voids or activates the cards of a batch, card by card, each at most once: repeating the call goes on where it was cut.
 * First the batch is closed, so that a stream that still makes cards stops, and so does an import that is voided; and settlement is
 * awaited, because only the books know which cards a batch has. Thread-safe.
 */
public final class BatchChange {
    private static final String CLIENT = "batch";
    private static final int PAGE = 500;

    private final SettledUpTo settled;
    private final Database database;
    private final Ledger ledger;
    private final RequestHash hash;
    private final Clock clock;

    public BatchChange(SettledUpTo settled, Database database, Ledger ledger, RequestHash hash, Clock clock) {
        this.settled = settled;
        this.database = database;
        this.ledger = ledger;
        this.hash = hash;
        this.clock = clock;
    }

    /** What is done to each card. */
    public enum Kind {
        /** Unused cards lose their value and can never be used; used ones stay. */
        VOID,
        /** Inactive cards become active. */
        ACTIVATE
    }

    /**
     * @param cards of the batch
     * @param changed by this call or an earlier one like it
     * @param left as they were: used, or in a state that does not allow it
     */
    public record Result(String batch, int cards, int changed, int left) {
        Result plus(int moreChanged, int moreLeft) {
            return new Result(batch, cards + moreChanged + moreLeft, changed + moreChanged, left + moreLeft);
        }
    }

    private record Listed(String id, String token, long face) {}

    /** Empty when the program has no such batch. Fails with {@link LedgerFault.Overloaded} when settlement lags behind. */
    public Future<Optional<Result>> change(Cell cell, String batch, Kind kind) {
        return database.call(handle -> toBeClosed(handle, cell, batch, kind))
                .compose(count -> count.isEmpty()
                        ? Future.succeededFuture(Optional.empty())
                        : close(cell, batch, kind, count.get())
                                .compose(closedAt -> settled.await(cell, closedAt))
                                .compose(done -> page(cell, batch, kind, "", new Result(batch, 0, 0, 0))
                                        .recover(BatchChange::halfway))
                                .compose(result -> noted(batch, kind).map(Optional.of(result))));
    }

    /**
     * How many cards nobody may make any more. An import makes its cards in one step and is not cut short by their activation: it may have
     * been asked for and not have been posted yet.
     */
    private static Optional<Integer> toBeClosed(Handle handle, Cell cell, String batch, Kind kind) {
        return handle.createQuery("""
                        select case when :activated and secret_format = 'imported' then 0 else count end
                          from batch where id = :batch and program = :program
                        """)
                .bind("activated", kind == Kind.ACTIVATE)
                .bind("batch", batch)
                .bind("program", cell.program())
                .mapTo(Integer.class)
                .findOne();
    }

    /** Some cards may be changed already, so no fault may promise that nothing was posted; the same call goes on from there. */
    private static Future<Result> halfway(Throwable fault) {
        return Future.failedFuture(
                fault instanceof LedgerFault
                        ? new LedgerFault.OutcomeUnknown(String.valueOf(fault.getMessage()))
                        : fault);
    }

    /** Takes whatever is left of the batch's counter, so that nothing is made any more, and tells at which sequence. */
    private Future<Long> close(Cell cell, String batch, Kind kind, int count) {
        long untilMs = clock.instant().plus(Duration.ofDays(2)).toEpochMilli();
        Leg counter = new QuotaLeg("batch", Issuing.counterKey(batch), count, count, 0, 0, untilMs, true);
        return ledger.post(new Transaction(
                        cell,
                        TransactionType.ADJUSTMENT,
                        key(batch + ":close:" + kind + ":" + clock.millis()),
                        "",
                        null,
                        List.of(counter),
                        new JsonObject().put("batch", batch).put("reason", "batch closed")))
                .compose(outcome -> outcome instanceof Posted
                        ? Future.succeededFuture(
                                ((Posted) outcome).transaction().sequence())
                        : Future.failedFuture(
                                new LedgerFault.Overloaded("batch cannot be closed: " + ((Refused) outcome).reason())));
    }

    private Future<Result> page(Cell cell, String batch, Kind kind, String after, Result before) {
        return database.call(handle -> handle.createQuery("""
                                select id, card_type || ':' || asset as token, face from card
                                 where batch = ? and id > ? order by id limit ?
                                """)
                        .bind(0, batch)
                        .bind(1, after)
                        .bind(2, PAGE)
                        .map((row, context) ->
                                new Listed(row.getString("id"), row.getString("token"), row.getLong("face")))
                        .list())
                .compose(cards -> {
                    if (cards.isEmpty()) {
                        return Future.succeededFuture(before);
                    }
                    List<Future<Boolean>> changes = cards.stream()
                            .map(card -> change(cell, batch, kind, card))
                            .toList();
                    return Future.all(changes).compose(all -> {
                        int changed =
                                (int) changes.stream().filter(Future::result).count();
                        Result result = before.plus(changed, cards.size() - changed);
                        return page(
                                cell, batch, kind, cards.get(cards.size() - 1).id(), result);
                    });
                });
    }

    private Future<Boolean> change(Cell cell, String batch, Kind kind, Listed card) {
        boolean toVoid = kind == Kind.VOID;
        Leg leg = new CardLeg(
                List.of(card.id()),
                null,
                toVoid ? Set.of(CardState.ACTIVE, CardState.INACTIVE) : Set.of(CardState.INACTIVE),
                !toVoid,
                toVoid ? -1 : 0,
                List.of(new Price(card.token(), toVoid ? card.face() : 0)),
                toVoid ? card.face() : null,
                toVoid ? CardState.VOID : CardState.ACTIVE);
        return ledger.post(new Transaction(
                        cell,
                        toVoid ? TransactionType.REVERSAL : TransactionType.ADJUSTMENT,
                        key(batch + ":" + kind + ":" + card.id()),
                        "",
                        null,
                        List.of(leg),
                        new JsonObject().put("batch", batch).put("reason", toVoid ? "batch void" : "batch activated")))
                .map(outcome -> outcome instanceof Posted || ((Refused) outcome).reason() == alreadyDone(kind));
    }

    /** The refusal that says that an earlier call did it, and its record has lapsed since. */
    private static Refusal alreadyDone(Kind kind) {
        return kind == Kind.VOID ? Refusal.CARD_VOID : Refusal.BALANCE_UNEXPECTED;
    }

    private Future<Void> noted(String batch, Kind kind) {
        if (kind != Kind.VOID) {
            return Future.succeededFuture();
        }
        return database.call(handle -> {
            handle.execute("update batch set state = 'void', finished_at = now() where id = ?", batch);
            // An import of which nothing came holds its numbers no longer: it is closed and settled.
            handle.execute("""
                    delete from imported_number
                     where batch = ? and not exists (select 1 from card where card.batch = imported_number.batch)
                    """, batch);
            return null;
        });
    }

    private IdempotencyKey key(String step) {
        return new IdempotencyKey(CLIENT, hash.idempotency(CLIENT, null, step), hash.fingerprint(step));
    }
}
