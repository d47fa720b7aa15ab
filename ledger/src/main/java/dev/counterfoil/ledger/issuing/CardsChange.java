package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.rules.CardChange;
import dev.counterfoil.ledger.secrets.RequestHash;
import dev.counterfoil.ledger.settlement.SettledCards;
import dev.counterfoil.ledger.settlement.SettledCards.SettledCard;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Freezes, unfreezes, voids or extends cards by number, card by card, each under a key of its own that is derived from the
 * call's: repeating a call goes on where it was cut. First the call itself is noted, which tells a key that belongs to
 * another call, and up to which sequence the books must be settled to know every number. Thread-safe.
 */
public final class CardsChange {
    /** Cards of one call. */
    public static final int MOST_CARDS = 100_000;

    private static final int PAGE = 500;

    /** How often a card is tried whose balance moves while it is voided. */
    private static final int ATTEMPTS = 5;

    private final SettledUpTo settled;
    private final SettledCards books;
    private final Ledger ledger;
    private final RequestHash hash;
    private final Clock clock;

    public CardsChange(SettledUpTo settled, SettledCards books, Ledger ledger, RequestHash hash, Clock clock) {
        this.settled = settled;
        this.books = books;
        this.ledger = ledger;
        this.hash = hash;
        this.clock = clock;
    }

    /**
     * @param idempotencyKey as the caller gave it; {@code canonical} is all the rest of the call in one fixed form
     * @param asked the level that the answer is to wait for
     */
    public record Order(
            Cell cell,
            String client,
            String idempotencyKey,
            String canonical,
            String requestId,
            String from,
            String to,
            Durability asked) {}

    /**
     * What became of a call.
     *
     * @param cards with these numbers, 0 when there are none
     * @param changed that are as asked for now, by this call or before
     * @param durability the level that all of this call has reached
     */
    public record Result(int cards, int changed, boolean replayed, Durability durability) {
        Result plus(Changed one) {
            return new Result(cards + 1, changed + (one.asAsked() ? 1 : 0), replayed, durability.and(one.durability()));
        }
    }

    /** What became of one card, and the level that it has reached. */
    private record Changed(boolean asAsked, Durability durability) {
        static Changed by(CardChange change, Outcome outcome) {
            return outcome instanceof Posted
                    ? new Changed(true, ((Posted) outcome).transaction().durability())
                    : new Changed(change.kind().saysDone(((Refused) outcome).reason()), Durability.SETTLED);
        }
    }

    /** The call is not done: its key belongs to another, or it names too many cards. */
    public static final class NotDone extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final boolean keyReused;

        NotDone(boolean keyReused) {
            super(
                    keyReused ? "the key belongs to another call" : "more than " + MOST_CARDS + " cards",
                    null,
                    false,
                    false);
            this.keyReused = keyReused;
        }

        public boolean keyReused() {
            return keyReused;
        }
    }

    /** Fails with {@link NotDone}, or with {@link LedgerFault.Overloaded} when settlement lags behind. */
    public Future<Result> change(Order order, CardChange change) {
        return note(order)
                .compose(noted -> settled.await(
                                order.cell(), noted.transaction().sequence())
                        .compose(done -> books.count(order.cell(), order.from(), order.to(), MOST_CARDS + 1))
                        .compose(count -> count > MOST_CARDS
                                ? Future.failedFuture(new NotDone(false))
                                : page(order, change, "", noted(noted)).recover(CardsChange::halfway)));
    }

    /** Some cards may be changed already, so no fault may promise that nothing was posted; the same call goes on from there. */
    private static Future<Result> halfway(Throwable fault) {
        return Future.failedFuture(
                fault instanceof LedgerFault
                        ? new LedgerFault.OutcomeUnknown(String.valueOf(fault.getMessage()))
                        : fault);
    }

    private Future<Posted> note(Order order) {
        long untilMs = clock.instant().plus(Duration.ofDays(2)).toEpochMilli();
        Leg counter = new QuotaLeg("cards", QuotaLeg.keyOf("cards-change"), 1, 1, 0, 0, untilMs, true);
        return ledger.post(new Transaction(
                        order.cell(),
                        TransactionType.ADJUSTMENT,
                        key(order, null, ""),
                        order.requestId(),
                        null,
                        List.of(counter),
                        new JsonObject()
                                .put("change", "cards")
                                .put("from", order.from())
                                .put("to", order.to())))
                .compose(outcome -> {
                    if (outcome instanceof Posted) {
                        return Future.succeededFuture((Posted) outcome);
                    }
                    Refusal reason = ((Refused) outcome).reason();
                    return Future.failedFuture(
                            reason == Refusal.IDEMPOTENCY_KEY_REUSED
                                    ? new NotDone(true)
                                    : new LedgerFault.Overloaded("cards cannot be changed: " + reason));
                });
    }

    private static Result noted(Posted noted) {
        return new Result(0, 0, noted.replayed(), noted.transaction().durability());
    }

    private Future<Result> page(Order order, CardChange change, String after, Result before) {
        return books.range(order.cell(), order.from(), order.to(), after, PAGE).compose(cards -> {
            if (cards.isEmpty()) {
                return Future.succeededFuture(before);
            }
            List<Future<Changed>> changes = cards.stream()
                    .map(SettledCard::card)
                    .map(card -> one(order, change, card))
                    .toList();
            return Future.all(changes).compose(all -> {
                Result now = before;
                for (Future<Changed> one : changes) {
                    now = now.plus(one.result());
                }
                String last = cards.get(cards.size() - 1).card().number();
                return page(order, change, last, now);
            });
        });
    }

    private Future<Changed> one(Order order, CardChange change, Card card) {
        return switch (change.kind()) {
            case VOID -> empty(order, change, card, 0);
            case EXTEND -> extend(order, change, card);
            case FREEZE, UNFREEZE -> post(order, change, card, "").map(outcome -> Changed.by(change, outcome));
        };
    }

    /** The books' expiry decides whether the card lasts longer; two calls at once for one card leave one of their times. */
    private Future<Changed> extend(Order order, CardChange change, Card card) {
        return change.lengthens(card.expiresAtMs())
                ? post(order, change, card, "").map(outcome -> Changed.by(change, outcome))
                : Future.succeededFuture(new Changed(card.expiresAtMs() == change.expiresAtMs(), Durability.SETTLED));
    }

    /** A redemption may come between the reading of the balance and the voiding of it. */
    private Future<Changed> empty(Order order, CardChange change, Card card, int attempt) {
        return post(order, change, card, "#" + attempt).compose(outcome -> {
            boolean moved = outcome instanceof Refused
                    && (((Refused) outcome).reason() == Refusal.BALANCE_UNEXPECTED
                            || ((Refused) outcome).reason() == Refusal.INSUFFICIENT_BALANCE);
            if (!moved) {
                return Future.succeededFuture(Changed.by(change, outcome));
            } else if (attempt + 1 == ATTEMPTS) {
                return Future.failedFuture(new LedgerFault.Overloaded("a card is spent from too often to be voided"));
            }
            return ledger.card(order.cell(), List.of(card.id()))
                    .compose(now -> empty(order, change, now.orElse(card), attempt + 1));
        });
    }

    private Future<Outcome> post(Order order, CardChange change, Card card, String attempt) {
        IdempotencyKey key = key(order, card.id(), attempt);
        return ledger.post(
                change.of(order.cell(), key, order.requestId(), card.id(), card.typeToken(), card.balance()));
    }

    private IdempotencyKey key(Order order, @Nullable String card, String attempt) {
        return new IdempotencyKey(
                order.client(),
                hash.idempotency(
                        order.client(), card == null ? null : "change:" + card + attempt, order.idempotencyKey()),
                hash.fingerprint(order.canonical()),
                order.asked());
    }
}
