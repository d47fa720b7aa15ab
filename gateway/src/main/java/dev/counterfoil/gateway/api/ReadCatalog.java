package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.CatalogJson;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.Program;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The {@code GET}s of items, card types and programs, from the gateway's own copy of the catalog. */
public final class ReadCatalog {
    private static final Text CURSOR = Text.upTo(64);

    private final Backend backend;

    public ReadCatalog(Backend backend) {
        this.backend = backend;
    }

    public Future<Answer> item(Call call) {
        return found(call.catalog().item(call.path("sku")), CatalogJson::write);
    }

    public Future<Answer> items(Call call) {
        return page(call, List.copyOf(call.catalog().items().values()), Item::sku, CatalogJson::write);
    }

    public Future<Answer> cardType(Call call) {
        return found(call.catalog().cardType(call.path("id")), CatalogJson::write);
    }

    public Future<Answer> cardTypes(Call call) {
        return page(call, List.copyOf(call.catalog().cardTypes().values()), CardType::id, CatalogJson::write);
    }

    public Future<Answer> program(Call call) {
        return Future.succeededFuture(Answer.ok(json(call.program())));
    }

    public Future<Answer> programs(Call call) {
        List<Program> reached = backend.catalogs().programs().stream()
                .filter(call.key()::reaches)
                .toList();
        return page(call, reached, Program::id, ReadCatalog::json);
    }

    /** A program as the API shows it: where its cells live is not the caller's concern. */
    static JsonObject json(Program program) {
        JsonObject json = CatalogJson.write(program);
        json.remove("cells");
        return json;
    }

    private static <T> Future<Answer> found(Optional<T> value, Function<T, JsonObject> json) {
        return Future.succeededFuture(value.map(one -> Answer.ok(json.apply(one)))
                .orElseGet(() -> Answer.of(Problem.of(ProblemCode.NOT_FOUND))));
    }

    private static <T> Future<Answer> page(
            Call call, List<T> all, Function<T, String> id, Function<T, JsonObject> json) {
        List<T> sorted = all.stream().sorted(Comparator.comparing(id)).toList();
        return Future.succeededFuture(call.query(query ->
                CatalogAnswers.page(sorted, id, query.text("cursor", CURSOR).orElse(null), query.limit(), json)));
    }
}
