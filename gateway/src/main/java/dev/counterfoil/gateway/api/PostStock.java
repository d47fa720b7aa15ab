package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.rules.Stocking;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** {@code POST /v1/programs/{program}/items/{sku}/stock}: adds units, or takes them away down to zero, also mid-sale. */
public final class PostStock implements Endpoint {
    /** Of one request. An item would need millions of them to pass what a counter holds. */
    private static final long MOST_UNITS = 1_000_000_000;

    private final Backend backend;

    public PostStock(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Future<Answer> handle(Call call) {
        long delta = call.read(fields -> {
            long asked = fields.integer("delta", -MOST_UNITS, MOST_UNITS);
            if (asked == 0) {
                fields.reject("delta", "0 (expected: units to add, or below zero to take away)");
            }
            return asked;
        });
        String sku = call.path("sku");
        Cell cell = Cell.of(call.program().id());
        IdempotencyKey key = Keys.of(call, backend, Stocking.canonical(sku, delta));
        return backend.posting()
                .post(cell, key, new Stocking(cell, key, call.requestId(), sku, delta))
                .map(PostStock::answer);
    }

    private static Answer answer(Outcome outcome) {
        if (outcome instanceof Refused) {
            return Refusals.answer((Refused) outcome);
        }
        JournaledTransaction posted = ((Posted) outcome).transaction();
        Answer created = Answer.created(new JsonObject()
                .put("id", posted.id().toString())
                .put("type", posted.type())
                .put("item", posted.request().getString("item"))
                .put("delta", posted.request().getLong("delta"))
                .put("units", posted.results().getJsonArray(0).getLong(0))
                .put("durability", posted.durability().label())
                .put("created_at", Timestamps.text(posted.at())));
        return outcome.replayed() ? created.withHeader("Idempotency-Replayed", "true") : created;
    }
}
