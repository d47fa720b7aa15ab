package dev.counterfoil.ledger.aftersale;

import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Followed;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.issuing.SettledUpTo;
import dev.counterfoil.ledger.rules.KeyCeiling;
import dev.counterfoil.ledger.rules.Redeemed;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import dev.counterfoil.ledger.rules.Rule;
import dev.counterfoil.ledger.settlement.SettledBooks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Ends holds and gives back what was redeemed, never more than was. What was given back of a redemption is counted in Redis, in
 * the same step that gives it back. The count goes {@link #COUNTED} after its last change; from then on the books tell, and
 * before, its absence says that nothing followed a redemption younger than that. A step carries until when what it was
 * compiled from holds, and the script refuses it later. Thread-safe.
 */
public final class AfterSale {
    /** How long a count outlives its last change. Much longer than {@link #VALID}, and than settlement may lag. */
    static final Duration COUNTED = Duration.ofDays(2);

    /** How long after the reading a step may be posted. */
    static final Duration VALID = Duration.ofHours(1);

    private static final int MOST_ATTEMPTS = 20;
    private static final int MOST_PAUSE_MS = 20;

    private final Vertx vertx;
    private final Ledger ledger;
    private final SettledBooks books;
    private final SettledUpTo settled;
    private final ReversalPolicy policy;
    private final Duration countedFor;
    private final Duration validFor;

    public AfterSale(Vertx vertx, Ledger ledger, SettledBooks books, SettledUpTo settled, ReversalPolicy policy) {
        this(vertx, ledger, books, settled, policy, COUNTED, VALID);
    }

    /** With other times than {@link #COUNTED} and {@link #VALID}. */
    AfterSale(
            Vertx vertx,
            Ledger ledger,
            SettledBooks books,
            SettledUpTo settled,
            ReversalPolicy policy,
            Duration countedFor,
            Duration validFor) {
        this.countedFor = countedFor;
        this.validFor = validFor;
        this.vertx = vertx;
        this.ledger = ledger;
        this.books = books;
        this.settled = settled;
        this.policy = policy;
    }

    /**
     * What became of a redemption, as far as is known now: what followed it a moment ago may be missing. Of a cell that Redis
     * lost, what the books have. Fails with {@link LedgerFault.Unavailable} where only the books could tell, and they lack a dead
     * letter that may follow it.
     */
    public Future<Became> became(JournaledTransaction redemption) {
        Cell cell = redemption.cell();
        Became first = Redeemed.isHeld(redemption) ? Became.HELD : Became.POSTED;
        return ledger.followed(cell, redemption.sequence())
                .map(Optional::of)
                .recover(fault -> fault instanceof LedgerFault.Cold
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(fault))
                .compose(found -> {
                    if (found.isPresent() && found.get().counted()) {
                        Followed followed = found.get();
                        return Future.succeededFuture(Became.of(followed.state(), new TreeMap<>(followed.returned())));
                    }
                    boolean nothingFollowed =
                            found.isPresent() && (found.get().heldUntilMs() > 0 || isYoung(redemption, found.get()));
                    return nothingFollowed
                            ? Future.succeededFuture(first)
                            : books.became(cell, redemption.sequence()).map(settled -> settled.orElse(first));
                });
    }

    /**
     * Carries out {@code step} on a redemption, at most once per key. Refusals: HOLD_NOT_OPEN, HOLD_EXPIRED, HOLD_RUNNING (an
     * expiry before its time), STILL_HELD, EXCEEDS_REMAINING, PART_UNKNOWN, BALANCE_LIMIT where what returns would not fit, and of a
     * reversal those of the card or account that gets something back. Fails as {@link Ledger#post}.
     */
    public Future<Outcome> post(IdempotencyKey key, String requestId, JournaledTransaction redemption, Step step) {
        return post(key, requestId, redemption, step, KeyCeiling.NONE);
    }

    /** The same, giving back by reversals no more than {@code ceiling} allows: QUOTA_EXCEEDED. */
    public Future<Outcome> post(
            IdempotencyKey key, String requestId, JournaledTransaction redemption, Step step, KeyCeiling ceiling) {
        Redeemed redeemed = Redeemed.of(redemption);
        StepRule rule = new StepRule(key, requestId, redeemed, step, policy, ceiling, countedFor, validFor);
        return attempt(rule, key, redeemed, 1);
    }

    private Future<Outcome> attempt(StepRule rule, IdempotencyKey key, Redeemed redeemed, int attempt) {
        Cell cell = redeemed.transaction().cell();
        return standing(redeemed).compose(standing -> {
            Rule.Compiled compiled = rule.compile(standing);
            if (compiled instanceof Rule.Declined) {
                return declined(cell, key, ((Rule.Declined) compiled).refused());
            }
            return ledger.post(((Rule.Ready) compiled).transaction()).compose(outcome -> {
                Refusal reason = outcome instanceof Refused ? ((Refused) outcome).reason() : null;
                if (reason != Refusal.FOLLOWED && reason != Refusal.STALE_DAY) {
                    return Future.succeededFuture(outcome);
                } else if (attempt == MOST_ATTEMPTS) {
                    return Future.failedFuture(
                            new LedgerFault.Overloaded("others keep giving back the same redemption: try again"));
                }
                // Whoever lost a race waits a little, the longer the more often, so that not all meet again.
                int pause = 1 + ThreadLocalRandom.current().nextInt(MOST_PAUSE_MS * attempt);
                return vertx.timer(pause, TimeUnit.MILLISECONDS)
                        .compose(tick -> attempt(rule, key, redeemed, attempt + 1));
            });
        });
    }

    /** A refusal that the rule gives is the answer only where none was given under the key before. */
    private Future<Outcome> declined(Cell cell, IdempotencyKey key, Refused refused) {
        return ledger.recorded(cell, key.record(), key.fingerprint())
                .compose(recorded -> ledger.awaited(key, recorded.outcome().orElse(refused)));
    }

    private Future<Standing> standing(Redeemed redeemed) {
        JournaledTransaction redemption = redeemed.transaction();
        Cell cell = redemption.cell();
        return ledger.followed(cell, redemption.sequence()).compose(followed -> {
            long valid = followed.readAtMs() + validFor.toMillis();
            boolean open = followed.heldUntilMs() > 0;
            if (followed.counted()) {
                return Future.succeededFuture(new Standing(
                        followed.state(), new TreeMap<>(followed.returned()), open, followed.readAtMs(), valid));
            } else if (open || isYoung(redemption, followed)) {
                // An open hold was never followed, however old it is.
                long until = open ? valid : Math.min(valid, forgottenAtMs(redemption));
                return Future.succeededFuture(new Standing("", nothing(redeemed), open, followed.readAtMs(), until));
            }
            return settled.await(cell, followed.sequence())
                    .compose(done -> books.standing(cell, redemption.sequence()))
                    .map(found -> standing(redeemed, found, followed.readAtMs(), valid));
        });
    }

    private static Standing standing(
            Redeemed redeemed, Optional<SettledBooks.Counted> found, long readAtMs, long untilMs) {
        SortedMap<String, Long> returned = nothing(redeemed);
        found.ifPresent(counted -> returned.putAll(counted.returned()));
        return new Standing(found.map(SettledBooks.Counted::state).orElse(""), returned, false, readAtMs, untilMs);
    }

    private static SortedMap<String, Long> nothing(Redeemed redeemed) {
        SortedMap<String, Long> nothing = redeemed.wholes();
        nothing.replaceAll((part, whole) -> 0L);
        return nothing;
    }

    private boolean isYoung(JournaledTransaction redemption, Followed followed) {
        return followed.readAtMs() < forgottenAtMs(redemption);
    }

    /** From when on a count of something that followed {@code redemption} may have gone. */
    private long forgottenAtMs(JournaledTransaction redemption) {
        return redemption.at().toEpochMilli() + countedFor.toMillis();
    }
}
