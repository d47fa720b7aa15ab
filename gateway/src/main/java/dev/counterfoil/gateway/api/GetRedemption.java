package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.TransactionId;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.access.Scope;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * {@code GET /v1/programs/{program}/redemptions/{id}}: from the journal before settlement, from PostgreSQL after.
 * Without the scope read, a client sees its own.
 */
public final class GetRedemption implements Endpoint {
    private static final Answer NOT_FOUND = Answer.of(Problem.of(ProblemCode.NOT_FOUND));

    private final Backend backend;
    private final RedemptionJson json;

    public GetRedemption(Backend backend, RedemptionJson json) {
        this.backend = backend;
        this.json = json;
    }

    @Override
    public Future<Answer> handle(Call call) {
        Reveal.requireSecretKey(call);
        Optional<TransactionId> id = TransactionId.parse(call.path("id"));
        if (id.isEmpty() || call.program().cell(id.get().cellIndex()).isEmpty()) {
            return Future.succeededFuture(NOT_FOUND);
        }
        Cell cell = new Cell(call.program().id(), id.get().cellIndex());
        return backend.ledger()
                .transaction(cell, id.get().sequence())
                .map(found -> found.filter(one -> one.type().equals(TransactionType.REDEMPTION.label()))
                        .filter(one -> call.key().has(Scope.READ)
                                || one.client().equals(call.key().client()))
                        .map(one ->
                                Answer.ok(json.of(one, Reveal.allowed(call))).noStore())
                        .orElse(NOT_FOUND));
    }
}
