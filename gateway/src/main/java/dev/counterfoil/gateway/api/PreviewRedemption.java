package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * {@code POST /v1/programs/{program}/redemptions/preview}: what a redemption would answer now. Nothing is written, no key is
 * needed, and codes stay in their pool.
 */
public final class PreviewRedemption implements Endpoint {
    private static final Answer NOT_REDEEMABLE = Answer.of(Problem.of(ProblemCode.CARD_NOT_REDEEMABLE));

    private final Backend backend;
    private final RedemptionJson json;

    public PreviewRedemption(Backend backend, RedemptionJson json) {
        this.backend = backend;
        this.json = json;
    }

    @Override
    public Future<Answer> handle(Call call) {
        Optional<CheckoutCall> checkout = CheckoutCall.read(call, backend);
        if (checkout.isEmpty()) {
            return Future.succeededFuture(NOT_REDEEMABLE);
        }
        Cell cell = Cell.of(call.program().id());
        // No record is looked up under it.
        IdempotencyKey none = new IdempotencyKey(
                call.key().client(), new byte[16], new byte[16], Durability.ACCEPTED, call.deadline());
        return checkout.get()
                .rule(backend, cell, none)
                .compose(rule -> backend.posting().preview(cell, rule))
                .map(outcome -> checkout.get().inPublic() && PostRedemption.tellsOfTheCard(outcome)
                        ? NOT_REDEEMABLE
                        : answer(outcome));
    }

    private Answer answer(Outcome outcome) {
        return outcome instanceof Posted
                ? Answer.ok(json.first(((Posted) outcome).transaction(), false)).noStore()
                : Refusals.answer((Refused) outcome);
    }
}
