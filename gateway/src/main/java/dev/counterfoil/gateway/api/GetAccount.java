package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.ledger.Cell;
import io.vertx.core.Future;

/** {@code GET /v1/programs/{program}/accounts/{id}}: balances and flags as they stand now. */
public final class GetAccount implements Endpoint {
    private static final Answer NOT_FOUND =
            Answer.of(Problem.of(ProblemCode.NOT_FOUND, "nothing was ever written to such an account"));

    private final Backend backend;

    public GetAccount(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Future<Answer> handle(Call call) {
        return backend.ledger()
                .account(Cell.of(call.program().id()), AccountPath.id(call))
                .map(found -> found.map(
                                account -> Answer.ok(AccountJson.of(account)).noStore())
                        .orElse(NOT_FOUND));
    }
}
