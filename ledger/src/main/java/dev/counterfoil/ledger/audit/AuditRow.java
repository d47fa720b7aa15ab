package dev.counterfoil.ledger.audit;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One act.
 *
 * @param id rises with the time at which the act began, not always in step with the order of commits
 * @param issuer whose it is; null: the installation's
 * @param before what it was, without secrets; null: there was nothing
 * @param after what it became, likewise
 */
public record AuditRow(
        long id,
        Instant at,
        @Nullable String issuer,
        Actor actor,
        String act,
        String object,
        @Nullable JsonObject before,
        @Nullable JsonObject after) {
    /** In JSON, the same over HTTP and on the command line. What is not said is left out. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("id", Long.toString(id))
                .put("at", at.toString())
                .put("actor", actor.name())
                .put("act", act)
                .put("object", object);
        put(json, "issuer", issuer);
        put(json, "client", actor.client());
        put(json, "reason", actor.reason());
        put(json, "before", before);
        put(json, "after", after);
        put(json, "request_id", actor.requestId());
        return json;
    }

    private static void put(JsonObject json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }
}
