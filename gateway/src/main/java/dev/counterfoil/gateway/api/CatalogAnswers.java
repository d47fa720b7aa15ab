package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.ledger.catalog.CatalogChange;
import dev.counterfoil.ledger.catalog.Catalogs;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How what came of a change of the catalog, and its lists, read over HTTP. */
final class CatalogAnswers {
    private CatalogAnswers() {}

    /** The answer to a change, given once this gateway too knows it: what a caller wrote he reads. */
    static <T> Future<Answer> of(
            Catalogs catalogs, String program, Future<CatalogChange<T>> change, Function<T, JsonObject> json) {
        return change.compose(done -> catalogs.refresh(program).map(known -> of(done, json)));
    }

    private static <T> Answer of(CatalogChange<T> change, Function<T, JsonObject> json) {
        if (change instanceof CatalogChange.Applied<T> applied) {
            return Answer.of(applied.created() ? 201 : 200, json.apply(applied.value()));
        }
        CatalogChange.Declined<T> declined = (CatalogChange.Declined<T>) change;
        return Answer.of(
                switch (declined.reason()) {
                    case PROGRAM_UNKNOWN -> Problem.of(ProblemCode.NOT_FOUND);
                    case PROGRAM_TAKEN, FIELD_FIXED, ASSET_UNKNOWN, ASSET_REMOVED, TOO_MANY ->
                        Problem.invalid(declined.pointer(), declined.detail());
                });
    }

    /** A page of at most {@code limit} of {@code all}, which are sorted by id, after the id {@code cursor}. */
    static <T> Answer page(
            List<T> all, Function<T, String> id, @Nullable String cursor, int limit, Function<T, JsonObject> json) {
        List<T> rest = all.stream()
                .filter(one -> cursor == null || id.apply(one).compareTo(cursor) > 0)
                .limit(limit + 1L)
                .toList();
        JsonArray data = new JsonArray();
        rest.stream().limit(limit).forEach(one -> data.add(json.apply(one)));
        String next = rest.size() > limit ? id.apply(rest.get(limit - 1)) : null;
        return Answer.ok(new JsonObject().put("data", data).put("next_cursor", next));
    }
}
