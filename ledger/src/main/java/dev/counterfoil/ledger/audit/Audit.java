package dev.counterfoil.ledger.audit;

import io.vertx.core.json.JsonObject;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Adds to the audit, as part of the caller's transaction: an act that is rolled back leaves no row, one that is done has one. */
public final class Audit {
    private Audit() {}

    /**
     * Adds one act.
     *
     * @param issuer whose it is; null: the installation's
     * @param act such as {@code key.revoke}
     * @param object such as {@code key:<id>}
     * @param before without secrets; null: there was nothing
     * @param after without secrets; null: there is nothing
     */
    public static void add(
            Handle handle,
            Actor actor,
            @Nullable String issuer,
            String act,
            String object,
            @Nullable JsonObject before,
            @Nullable JsonObject after) {
        handle.createUpdate("""
                        insert into audit (issuer, actor, client, act, object, reason, before, after, request_id)
                        values (:issuer, :actor, :client, :act, :object, :reason, cast(:before as json),
                                cast(:after as json), :request_id)
                        """)
                .bind("issuer", issuer)
                .bind("actor", actor.name())
                .bind("client", actor.client())
                .bind("act", act)
                .bind("object", object)
                .bind("reason", actor.reason())
                .bind("before", before == null ? null : before.encode())
                .bind("after", after == null ? null : after.encode())
                .bind("request_id", actor.requestId())
                .execute();
    }

    /** The same of what is a program's, and so its issuer's. */
    public static void ofProgram(
            Handle handle,
            Actor actor,
            String program,
            String act,
            String object,
            @Nullable JsonObject before,
            @Nullable JsonObject after) {
        String issuer = handle.createQuery("select issuer from program where id = ?")
                .bind(0, program)
                .mapTo(String.class)
                .one();
        add(handle, actor, issuer, act, object, before, after);
    }
}
