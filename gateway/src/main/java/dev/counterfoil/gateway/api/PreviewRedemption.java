package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import io.vertx.core.Future;

/**
 * {@code POST /v1/programs/{program}/redemptions/preview}: what a redemption would answer now. Nothing is written, no key is
 * needed, and codes stay in their pool.
 */
public final class PreviewRedemption implements Endpoint {
    private final Backend backend;
    private final RedemptionJson json;
    private final Attempts attempts;

    public PreviewRedemption(Backend backend, RedemptionJson json) {
        this.backend = backend;
        this.json = json;
        this.attempts = new Attempts(backend);
    }

    @Override
    public Future<Answer> handle(Call call) {
        CheckoutCall checkout = CheckoutCall.read(call, backend);
        return checkout.inRate(
                backend,
                Attempts::nothing,
                () -> attempts.guarded(call, checkout.attempt(), () -> asked(call, checkout)));
    }

    private Future<Answer> asked(Call call, CheckoutCall checkout) {
        if (checkout.possible().isEmpty()) {
            return Future.succeededFuture(Attempts.NOT_REDEEMABLE);
        }
        Cell cell = Cell.of(call.program().id());
        // No record is looked up under it.
        IdempotencyKey none = new IdempotencyKey(
                call.key().client(), new byte[16], new byte[16], Durability.ACCEPTED, call.deadline());
        return checkout.rule(backend, cell, none)
                .compose(rule -> backend.posting().preview(cell, rule))
                .map(outcome -> {
                    checkout.count(backend, outcome);
                    return checkout.inPublic() && PostRedemption.tellsOfTheCard(outcome)
                            ? Attempts.NOT_REDEEMABLE
                            : answer(outcome);
                });
    }

    private Answer answer(Outcome outcome) {
        return outcome instanceof Posted
                ? Answer.ok(json.first(((Posted) outcome).transaction(), false)).noStore()
                : Refusals.answer((Refused) outcome);
    }
}
