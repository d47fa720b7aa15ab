package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.QueryFields;
import dev.counterfoil.gateway.http.Text;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;

/**
 * A page of what is listed by id, whose cursor is the id of its last.
 *
 * @param after only what has a higher id
 */
record IdPage(String after, int limit) {
    private static final Text ID = Text.matching(64, "[A-Za-z0-9_-]{1,64}", "next_cursor of the page before");

    static IdPage read(QueryFields query) {
        return new IdPage(query.text("cursor", ID).orElse(""), query.limit());
    }

    /** How many to ask for, to know whether there is another page. */
    int oneMore() {
        return limit + 1;
    }

    /** @param found at most {@link #oneMore} */
    <T> Answer answer(List<T> found, Function<T, JsonObject> json) {
        boolean more = found.size() > limit;
        JsonArray data = new JsonArray();
        (more ? found.subList(0, limit) : found).forEach(one -> data.add(json.apply(one)));
        String next = more ? data.getJsonObject(limit - 1).getString("id") : null;
        return Answer.ok(new JsonObject().put("data", data).put("next_cursor", next))
                .noStore();
    }
}
