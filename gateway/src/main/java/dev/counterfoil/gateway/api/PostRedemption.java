package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import io.vertx.core.Future;
import java.util.Objects;
import java.util.Optional;

/** {@code POST /v1/programs/{program}/redemptions}: the checkout. */
public final class PostRedemption implements Endpoint {
    private static final Answer NOT_REDEEMABLE = Answer.of(Problem.of(ProblemCode.CARD_NOT_REDEEMABLE));

    private final Backend backend;
    private final RedemptionJson json;

    public PostRedemption(Backend backend, RedemptionJson json) {
        this.backend = backend;
        this.json = json;
    }

    @Override
    public Future<Answer> handle(Call call) {
        Optional<CheckoutCall> checkout = CheckoutCall.read(call, backend);
        if (checkout.isEmpty()) {
            // What is wrong with a header is said first.
            Objects.requireNonNull(call.idempotencyKey());
            Objects.requireNonNull(call.durability());
            return Future.succeededFuture(NOT_REDEEMABLE);
        }
        IdempotencyKey key = checkout.get().key(backend);
        Cell cell = Cell.of(call.program().id());
        return checkout.get()
                .rule(backend, cell, key)
                .compose(rule -> backend.posting().post(cell, key, rule))
                .map(outcome ->
                        checkout.get().inPublic() && tellsOfTheCard(outcome) ? NOT_REDEEMABLE : answer(outcome));
    }

    /** Whoever guesses with a public key must not learn which secrets exist, nor in what state their cards are. */
    static boolean tellsOfTheCard(Outcome outcome) {
        return outcome instanceof Refused
                && switch (((Refused) outcome).reason()) {
                    case CARD_UNKNOWN,
                            CARD_VOID,
                            CARD_FROZEN,
                            CARD_INACTIVE,
                            CARD_EXPIRED,
                            CARD_NOT_ACCEPTED,
                            CARD_NOT_OWNED,
                            INSUFFICIENT_BALANCE -> true;
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
