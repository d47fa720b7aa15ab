package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.secrets.CardNumbers;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** How cards come into being, whether their secrets are made here or an issuer brings them. Thread-safe. */
final class Issuing {
    /** How long the counter of a batch lives, far longer than its stream may last. */
    private static final Duration COUNTER_KEPT = Duration.ofDays(2);

    private static final int MOST_TRIES = 3;

    private final Ledger ledger;
    private final Clock clock;

    Issuing(Ledger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /** A new name for a batch: {@code bt_} and 20 letters. */
    static String batchId(SecureRandom random) {
        return "bt_" + token(random, 15);
    }

    /** The id by which the API knows a new card. */
    static String apiId(SecureRandom random) {
        return token(random, 12);
    }

    /** Takes {@code count} of the program's numbers for the batch; returns the ordinal of the first. */
    static long numbers(Handle handle, String batch, Cell cell, int count) {
        long first = handle.createQuery(
                        "update program set next_number = next_number + ? where id = ? returning next_number - ?")
                .bind(0, count)
                .bind(1, cell.program())
                .bind(2, count)
                .mapTo(Long.class)
                .one();
        handle.execute("update batch set first_number = ? where id = ?", CardNumbers.number(first), batch);
        return first;
    }

    /** Key of the counter that bounds what is made of a batch; once it is at its limit nothing more is. */
    static String counterKey(String batch) {
        return QuotaLeg.keyOf("batch", batch);
    }

    /** Counts {@code cards} more of a batch that is to have {@code count}: refused once it is void. */
    Leg counter(String batch, int cards, int count) {
        long untilMs = clock.instant().plus(COUNTER_KEPT).toEpochMilli();
        return new QuotaLeg("batch", counterKey(batch), cards, count, 0, 0, untilMs, false);
    }

    /**
     * Posts cards of a batch.
     *
     * @param ceiling the legs of what bounds the issuing at a time; asked again where the business day is over
     */
    Future<Outcome> post(
            Cell cell, IdempotencyKey key, String batch, List<Leg> legs, Function<Instant, List<Leg>> ceiling) {
        return post(cell, key, batch, legs, ceiling, clock.instant(), 1);
    }

    private Future<Outcome> post(
            Cell cell,
            IdempotencyKey key,
            String batch,
            List<Leg> legs,
            Function<Instant, List<Leg>> ceiling,
            Instant now,
            int attempt) {
        List<Leg> all = new ArrayList<>(legs);
        all.addAll(ceiling.apply(now));
        JsonObject request = new JsonObject().put("batch", batch);
        return post(new Transaction(cell, TransactionType.ISSUE, key, "", null, all, request), 1)
                .compose(outcome -> {
                    boolean stale = outcome instanceof Refused && ((Refused) outcome).reason() == Refusal.STALE_DAY;
                    if (!stale) {
                        return Future.succeededFuture(outcome);
                    }
                    return attempt < MOST_TRIES
                            ? ledger.now(cell).compose(time -> post(cell, key, batch, legs, ceiling, time, attempt + 1))
                            : Future.failedFuture(new LedgerFault.Overloaded("the day of " + cell + " keeps changing"));
                });
    }

    /** An unknown outcome is asked again under the same key: the secrets are still at hand. Once unknown, a fault stays so. */
    private Future<Outcome> post(Transaction transaction, int tries) {
        return ledger.post(transaction).recover(failure -> {
            boolean again = failure instanceof LedgerFault.OutcomeUnknown && tries < MOST_TRIES;
            return again
                    ? post(transaction, tries + 1).recover(later -> Future.failedFuture(failure))
                    : Future.failedFuture(failure);
        });
    }

    private static String token(SecureRandom random, int bytes) {
        byte[] raw = new byte[bytes];
        random.nextBytes(raw);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }
}
