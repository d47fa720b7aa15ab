package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.QueryFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.audit.AuditLog;
import dev.counterfoil.ledger.audit.AuditRow;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** {@code GET /v1/audit}: what was done to what is the caller's issuer's, newest first. */
final class ReadAudit implements Endpoint {
    private static final Text ID = Text.matching(18, "[0-9]{1,18}", "next_cursor of the page before");
    private static final Text WORD = Text.upTo(200);

    private final AuditLog audit;

    ReadAudit(AuditLog audit) {
        this.audit = audit;
    }

    @Override
    public Future<Answer> handle(Call call) {
        AuditLog.Wanted wanted = call.query(query -> wanted(query, call.key().issuer()));
        return audit.read(wanted).map(found -> answer(found, wanted.most() - 1));
    }

    private static AuditLog.Wanted wanted(QueryFields query, String issuer) {
        long before = query.text("cursor", ID)
                .filter(text -> ID.fault(text).isEmpty())
                .map(Long::parseLong)
                .orElse(Long.MAX_VALUE);
        return new AuditLog.Wanted(
                issuer,
                before,
                query.text("act", WORD).orElse(null),
                query.text("object", WORD).orElse(null),
                query.text("actor", WORD).orElse(null),
                query.time("from").orElse(null),
                query.time("until").orElse(null),
                query.limit() + 1);
    }

    private static Answer answer(List<AuditRow> found, int limit) {
        boolean more = found.size() > limit;
        JsonArray data = new JsonArray();
        (more ? found.subList(0, limit) : found).forEach(row -> data.add(row.toJson()));
        String next = more ? Long.toString(found.get(limit - 1).id()) : null;
        return Answer.ok(new JsonObject().put("data", data).put("next_cursor", next))
                .noStore();
    }
}
