package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import io.vertx.core.Future;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code POST /v1/programs/{program}/redemptions}: the checkout. */
public final class PostRedemption implements Endpoint {
    /** Records that are read for callers who are refused, at a time: those may come as often as they like, and Redis is for the others. */
    private static final int MOST_EARLIER_READS = 64;

    private final Backend backend;
    private final RedemptionJson json;
    private final Attempts attempts;
    private final AtMost earlierReads = new AtMost(MOST_EARLIER_READS);

    public PostRedemption(Backend backend, RedemptionJson json) {
        this.backend = backend;
        this.json = json;
        this.attempts = new Attempts(backend);
    }

    @Override
    public Future<Answer> handle(Call call) {
        CheckoutCall checkout = CheckoutCall.read(call, backend);
        // What is wrong with a header is said first.
        Objects.requireNonNull(call.idempotencyKey());
        Objects.requireNonNull(call.durability());
        Supplier<Future<Optional<Answer>>> earlier = () -> earlier(call, checkout);
        return checkout.inRate(
                backend,
                earlier,
                () -> attempts.guarded(call, checkout.attempt(), earlier, () -> asked(call, checkout)));
    }

    /** Refusals are not repeated: to somebody who is locked or beyond a rate they would tell of a card. */
    private Future<Optional<Answer>> earlier(Call call, CheckoutCall checkout) {
        if (checkout.possible().isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        IdempotencyKey key = checkout.key(backend);
        Cell cell = Cell.of(call.program().id());
        return earlierReads
                .ask(() -> backend.ledger().recorded(cell, key.record(), key.fingerprint()))
                .compose(recorded -> recorded.outcome()
                        .filter(Posted.class::isInstance)
                        .map(posted -> backend.ledger()
                                .awaited(key, posted)
                                .map(this::answer)
                                .map(Optional::of))
                        .orElseGet(() -> Future.succeededFuture(Optional.empty())));
    }

    private Future<Answer> asked(Call call, CheckoutCall checkout) {
        if (checkout.possible().isEmpty()) {
            return Future.succeededFuture(Attempts.NOT_REDEEMABLE);
        }
        IdempotencyKey key = checkout.key(backend);
        Cell cell = Cell.of(call.program().id());
        return checkout.rule(backend, cell, key)
                .compose(rule -> backend.posting().post(cell, key, rule))
                .map(outcome -> {
                    checkout.count(backend, outcome);
                    return checkout.inPublic() && tellsOfTheCard(outcome) ? Attempts.NOT_REDEEMABLE : answer(outcome);
                });
    }

    /** Whoever guesses with a public key must not learn which secrets exist, nor in what state their cards are. */
    static boolean tellsOfTheCard(Outcome outcome) {
        return outcome instanceof Refused refused
                && switch (refused.reason()) {
                    case CARD_UNKNOWN,
                            CARD_VOID,
                            CARD_FROZEN,
                            CARD_INACTIVE,
                            CARD_EXPIRED,
                            CARD_NOT_ACCEPTED,
                            CARD_NOT_OWNED,
                            INSUFFICIENT_BALANCE -> true;
                    // What was redeemed with a card today says that there is one.
                    case QUOTA_EXCEEDED -> refused.name().contains("per_card");
                    default -> false;
                };
    }

    private Answer answer(Outcome outcome) {
        if (outcome instanceof Refused) {
            return Refusals.answer((Refused) outcome);
        }
        Answer created = Answer.created(json.first(((Posted) outcome).transaction(), true))
                .noStore();
        return outcome.replayed() ? created.withHeader("Idempotency-Replayed", "true") : created;
    }
}
