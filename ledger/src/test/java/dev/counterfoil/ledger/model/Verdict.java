package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Refusal;
import io.vertx.core.json.JsonArray;
import java.util.Map;

/** What checking one leg comes to. */
sealed interface Verdict {
    /**
     * The leg may move.
     *
     * @param result what the journal keeps of it
     * @param changes the values that its keys get when the whole transaction is posted
     */
    record Moves(JsonArray result, Map<String, Stored> changes) implements Verdict {}

    /** The leg refuses; the figures are those of {@link dev.counterfoil.ledger.Refused}. */
    record Refuses(Refusal reason, String name, long limit, long used, long resetsAtMs) implements Verdict {}

    static Verdict moves(JsonArray result, String key, Stored value) {
        return new Moves(result, Map.of(key, value));
    }

    static Verdict refuses(Refusal reason) {
        return new Refuses(reason, "", 0, 0, 0);
    }

    static Verdict lacks(Refusal reason, long asked, long there) {
        return new Refuses(reason, "", asked, there, 0);
    }
}
