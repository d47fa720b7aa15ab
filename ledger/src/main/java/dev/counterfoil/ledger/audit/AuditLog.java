package dev.counterfoil.ledger.audit;

import dev.counterfoil.ledger.postgres.Database;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Reads the audit, newest first, and adds what is done elsewhere than in PostgreSQL, before it is done. Thread-safe; futures complete on the caller's Vert.x context. */
public final class AuditLog {
    private final Database database;

    public AuditLog(Database database) {
        this.database = database;
    }

    /**
     * Which rows.
     *
     * @param issuer whose; null: everybody's
     * @param before rows with a lower id only
     * @param act such as {@code key.revoke}; null: every one
     * @param from inclusive; null: from the beginning
     * @param until exclusive; null: to now
     * @param most 1 and more
     */
    public record Wanted(
            @Nullable String issuer,
            long before,
            @Nullable String act,
            @Nullable String object,
            @Nullable String actor,
            @Nullable Instant from,
            @Nullable Instant until,
            int most) {}

    /** As {@link Audit#add}, in a transaction of its own. */
    public Future<Void> add(
            Actor actor, @Nullable String issuer, String act, String object, @Nullable JsonObject after) {
        return database.inTransaction(handle -> {
            Audit.add(handle, actor, issuer, act, object, null, after);
            return null;
        });
    }

    public Future<List<AuditRow>> read(Wanted wanted) {
        StringBuilder where = new StringBuilder("where id < :before");
        condition(where, wanted.issuer(), " and issuer = :issuer");
        condition(where, wanted.act(), " and act = :act");
        condition(where, wanted.object(), " and object = :object");
        condition(where, wanted.actor(), " and actor = :actor");
        condition(where, wanted.from(), " and at >= :from");
        condition(where, wanted.until(), " and at < :until");
        return database.call(
                handle -> handle.createQuery("select * from audit " + where + " order by id desc limit :most")
                        .bindMethods(wanted)
                        .map(AuditLog::row)
                        .list());
    }

    private static void condition(StringBuilder where, @Nullable Object wanted, String condition) {
        if (wanted != null) {
            where.append(condition);
        }
    }

    private static AuditRow row(ResultSet row, StatementContext context) throws SQLException {
        return new AuditRow(
                row.getLong("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("issuer"),
                new Actor(
                        row.getString("actor"),
                        row.getString("client"),
                        row.getString("request_id"),
                        row.getString("reason")),
                row.getString("act"),
                row.getString("object"),
                json(row.getString("before")),
                json(row.getString("after")));
    }

    private static @Nullable JsonObject json(@Nullable String text) {
        return text == null ? null : new JsonObject(text);
    }
}
