package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.QueryFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.JournaledTransaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;

/**
 * A page of transactions, newest first, whose cursor is the sequence of its last.
 *
 * @param before only transactions with a sequence below
 */
record SequencePage(long before, int limit) {
    private static final Text SEQUENCE = Text.matching(16, "[0-9]{1,16}", "next_cursor of the page before");

    static SequencePage read(QueryFields query) {
        long before = query.text("cursor", SEQUENCE)
                .filter(text -> SEQUENCE.fault(text).isEmpty())
                .map(Long::parseLong)
                .orElse(Long.MAX_VALUE);
        return new SequencePage(before, query.limit());
    }

    /** How many to ask for, to know whether there is another page. */
    int oneMore() {
        return limit + 1;
    }

    /** @param found at most {@link #oneMore} */
    Answer answer(List<JournaledTransaction> found, Function<JournaledTransaction, JsonObject> json) {
        boolean more = found.size() > limit;
        List<JournaledTransaction> page = more ? found.subList(0, limit) : found;
        JsonArray data = new JsonArray();
        page.forEach(one -> data.add(json.apply(one)));
        String next = more ? Long.toString(page.get(page.size() - 1).sequence()) : null;
        return Answer.ok(new JsonObject().put("data", data).put("next_cursor", next))
                .noStore();
    }
}
