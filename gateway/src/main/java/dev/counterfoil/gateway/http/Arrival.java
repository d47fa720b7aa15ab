package dev.counterfoil.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** The first handler: names the request and sees to it that its end is logged and counted, however it comes. */
final class Arrival implements Handler<RoutingContext> {
    static final String REQUEST_ID = "X-Request-Id";

    private final AccessLog accessLog;
    private final HttpMetrics metrics;
    private final ClientAddress clientAddress;
    private final Admission admission;
    private final Readiness readiness;
    private final Watch watch;
    private final StageTimers.Sampling sampling = new StageTimers.Sampling();

    /** @param watch of the event loop whose requests these are */
    Arrival(
            AccessLog accessLog,
            HttpMetrics metrics,
            ClientAddress clientAddress,
            Admission admission,
            Readiness readiness,
            Watch watch) {
        this.admission = admission;
        this.readiness = readiness;
        this.watch = watch;
        this.accessLog = accessLog;
        this.metrics = metrics;
        this.clientAddress = clientAddress;
    }

    @Override
    public void handle(RoutingContext context) {
        if (begin(context)) {
            context.next();
        }
    }

    /**
     * Also for a request that no route was tried for, because its path or host is malformed. False where it has failed already.
     */
    boolean begin(RoutingContext context) {
        HttpServerRequest request = context.request();
        Call call = new Call(context, System.nanoTime(), clientAddress.of(request));
        MultiMap headers = context.response().headers();
        headers.set(REQUEST_ID, call.requestId());
        SecurityHeaders.set(headers, request.isSSL());
        if (readiness.isStopping() && request.version() != HttpVersion.HTTP_2) {
            headers.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        watch.begun(call);
        sampling.begin(call);
        int unused = context.addEndHandler(ended -> {
            long now = System.nanoTime();
            admission.end();
            watch.ended(call, now);
            long nanos = now - call.startedNanos();
            boolean whole = context.response().ended();
            if (!whole && call.hasDeadline()) {
                // What waits for him yet is not sent any more.
                boolean unsent = call.deadline().pass();
            }
            Problem problem = call.problemOrNull();
            int status = whole ? context.response().getStatusCode() : cut(problem);
            metrics.record(call.route(), status, nanos);
            if (problem != null) {
                metrics.problem(problem.code());
            }
            accessLog.write(call, status, whole, nanos);
        });
        return admission.begins(context);
    }

    /** The status of an answer that has no end, whatever its head said: of what it was broken off for, or that the caller left. */
    private static int cut(@Nullable Problem why) {
        return why == null ? AccessLog.CALLER_LEFT : why.code().status();
    }
}
