package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.issuing.BatchChange;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;

/**
 * {@code POST /v1/programs/{program}/batches/{id}/void} and {@code …/activate}: done card by card; each card changes at most
 * once, so that a call that was cut is simply made again.
 */
public final class ChangeBatch implements Endpoint {
    private static final Answer NOT_FOUND = Answer.of(Problem.of(ProblemCode.NOT_FOUND, "no such batch"));

    private static final Pattern BATCH = Pattern.compile("bt_[A-Za-z0-9_-]{20}");

    private final Backend backend;
    private final BatchChange.Kind kind;

    public ChangeBatch(Backend backend, BatchChange.Kind kind) {
        this.backend = backend;
        this.kind = kind;
    }

    @Override
    public Future<Answer> handle(Call call) {
        boolean empty = call.read(none -> Boolean.TRUE);
        if (!empty || !BATCH.matcher(call.path("id")).matches()) {
            return Future.succeededFuture(NOT_FOUND);
        }
        String act = kind == BatchChange.Kind.VOID ? "batch.void" : "batch.activate";
        return backend.administration()
                .audit()
                .add(
                        call.actor(),
                        call.program().issuer(),
                        act,
                        "batch:" + call.program().id() + "/" + call.path("id"),
                        null)
                .compose(noted ->
                        backend.batchChange().change(Cell.of(call.program().id()), call.path("id"), kind))
                .map(result -> result.map(this::answer).orElse(NOT_FOUND));
    }

    private Answer answer(BatchChange.Result result) {
        return Answer.ok(new JsonObject()
                .put("batch", result.batch())
                .put("cards", result.cards())
                .put(kind == BatchChange.Kind.VOID ? "voided" : "activated", result.changed())
                .put("left", result.left()));
    }
}
