package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.issuing.CodeLoader;
import dev.counterfoil.ledger.secrets.DigitalCode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * {@code POST /v1/programs/{program}/items/{sku}/codes}: loads digital codes, one JSON object a line. A line that is wrong
 * refuses the whole request; a code that stands in the pool already is left out and its line is named.
 */
public final class PostCodes implements Endpoint {
    private static final Text CODE = Text.upTo(256);

    private final Backend backend;

    public PostCodes(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Future<Answer> handle(Call call) {
        List<DigitalCode> codes = call.readLines(CodeLoader.MOST_CODES, PostCodes::code);
        String sku = call.path("sku");
        Optional<Item> item = call.catalog().item(sku);
        if (item.isEmpty()) {
            return Future.succeededFuture(Answer.of(Problem.of(ProblemCode.NOT_FOUND, "no such item")));
        } else if (item.get().kind() != ItemKind.CODE) {
            return Future.succeededFuture(Answer.of(Problem.invalid("", "codes are for items of kind code only")));
        }
        Cell cell = Cell.of(call.program().id());
        IdempotencyKey key = Keys.of(call, backend, canonical(sku, codes));
        return backend.codes().load(cell, sku, codes, key, call.actor()).map(result -> answer(sku, result));
    }

    private static DigitalCode code(RequestFields fields) {
        String expiresAt = fields.optionalText("expires_at", Text.upTo(40)).orElse(null);
        if (expiresAt != null && !isTime(expiresAt)) {
            fields.reject("expires_at", "expected: an RFC 3339 time, such as 2027-06-30T16:00:00Z");
        }
        return new DigitalCode(
                fields.text("code", CODE), fields.optionalText("pin", CODE).orElse(null), expiresAt);
    }

    private static boolean isTime(String text) {
        return Timestamps.parse(text).isPresent();
    }

    private static String canonical(String sku, List<DigitalCode> codes) {
        JsonArray array = new JsonArray().add("codes").add(sku);
        codes.forEach(code -> array.add(code.toJson()));
        return array.encode();
    }

    private static Answer answer(String sku, CodeLoader.Result result) {
        if (!(result instanceof CodeLoader.Loaded)) {
            return Answer.of(Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED));
        }
        CodeLoader.Loaded loaded = (CodeLoader.Loaded) result;
        JsonArray duplicates = new JsonArray();
        loaded.duplicates().forEach(line -> duplicates.add(new JsonObject().put("line", line)));
        JsonArray pending = new JsonArray();
        loaded.pending().forEach(line -> pending.add(new JsonObject().put("line", line)));
        Answer created = Answer.created(new JsonObject()
                .put("item", sku)
                .put("loaded", loaded.loaded())
                .put("duplicates", duplicates)
                .put("pending", pending)
                .put("durability", loaded.durability().label()));
        return loaded.replayed() ? created.withHeader("Idempotency-Replayed", "true") : created;
    }
}
