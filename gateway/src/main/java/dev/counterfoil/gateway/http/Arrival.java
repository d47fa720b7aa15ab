package dev.counterfoil.gateway.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** The first handler: names the request and sees to it that its end is logged and counted, however it comes. */
final class Arrival implements Handler<RoutingContext> {
    static final String REQUEST_ID = "X-Request-Id";

    private final AccessLog accessLog;
    private final HttpMetrics metrics;
    private final ClientAddress clientAddress;

    Arrival(AccessLog accessLog, HttpMetrics metrics, ClientAddress clientAddress) {
        this.accessLog = accessLog;
        this.metrics = metrics;
        this.clientAddress = clientAddress;
    }

    @Override
    public void handle(RoutingContext context) {
        begin(context);
        context.next();
    }

    /** Also for a request that no route was tried for, because its path or host is malformed. */
    void begin(RoutingContext context) {
        Call call = new Call(context, System.nanoTime(), clientAddress.of(context.request()));
        context.response().putHeader(REQUEST_ID, call.requestId());
        int unused = context.addEndHandler(ended -> {
            long nanos = System.nanoTime() - call.startedNanos();
            int status = ended.succeeded() ? context.response().getStatusCode() : AccessLog.CALLER_LEFT;
            metrics.record(call.route(), status, nanos);
            Problem problem = call.problemOrNull();
            if (problem != null) {
                metrics.problem(problem.code());
            }
            accessLog.write(call, status, nanos);
        });
    }
}
