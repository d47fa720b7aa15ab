package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.TransactionId;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.access.Scope;
import io.vertx.core.Future;
import java.util.List;
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
        return transaction(call, backend).compose(found -> {
            if (found.isEmpty()) {
                return Future.succeededFuture(NOT_FOUND);
            } else if (ReversalJson.isOne(found.get())) {
                return Future.succeededFuture(
                        Answer.ok(ReversalJson.of(found.get())).noStore());
            } else if (!found.get().type().equals(TransactionType.REDEMPTION.label())) {
                return Future.succeededFuture(NOT_FOUND);
            }
            return backend.afterSale()
                    .became(found.get())
                    .compose(became -> Reveal.allowed(call, backend, List.of(found.get()))
                            .map(revealed -> Answer.ok(json.of(found.get(), became, revealed))
                                    .noStore()));
        });
    }

    /** The transaction that the path names, if the key may see it. */
    static Future<Optional<JournaledTransaction>> transaction(Call call, Backend backend) {
        Optional<TransactionId> id = TransactionId.parse(call.path("id"));
        if (id.isEmpty() || call.program().cell(id.get().cellIndex()).isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        Cell cell = new Cell(call.program().id(), id.get().cellIndex());
        return backend.ledger()
                .transaction(cell, id.get().sequence())
                .map(found -> found.filter(one -> call.key().has(Scope.READ)
                        || one.client().equals(call.key().client())));
    }
}
