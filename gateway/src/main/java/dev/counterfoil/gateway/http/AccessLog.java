package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.logs.Logs;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.catalog.Program;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line a request: what was asked by route and by whom by key id, how it ended and how long it took. Never a path, a query
 * string, a secret, a code or an account.
 */
final class AccessLog {
    /** The status logged and counted for a caller that went away before its answer was written to its end. */
    static final int CALLER_LEFT = 499;

    private static final Logger LOG = LoggerFactory.getLogger(Logs.ACCESS);

    /** @param whole whether the answer was written to its end; else the line says {@code aborted} */
    void write(Call call, int status, boolean whole, long nanos) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        LoggingEventBuilder line = LOG.atInfo()
                .addKeyValue("method", call.route().method())
                .addKeyValue("route", call.route().template())
                .addKeyValue("status", status)
                .addKeyValue("duration_ms", nanos / 10_000 / 100.0)
                .addKeyValue("bytes", call.context().response().bytesWritten())
                .addKeyValue("request_id", call.requestId());
        if (!whole) {
            line = line.addKeyValue("aborted", true);
        }
        ApiKey key = call.keyOrNull();
        if (key != null) {
            line = line.addKeyValue("key", key.id());
        }
        Program program = call.programOrNull();
        if (program != null) {
            line = line.addKeyValue("program", program.id());
        }
        Problem problem = call.problemOrNull();
        if (problem != null) {
            line = line.addKeyValue("problem", problem.code().token());
        }
        @Nullable
        String clientId = RequestIds.harmless(call.context().request().headers().get(Arrival.REQUEST_ID));
        if (clientId != null) {
            line = line.addKeyValue("client_request_id", clientId);
        }
        @Nullable
        String traceId = TraceContext.traceId(call.context().request().headers().get(TraceContext.HEADER));
        if (traceId != null) {
            line = line.addKeyValue("trace_id", traceId);
        }
        line.log("request");
    }
}
