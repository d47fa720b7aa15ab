package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.EdgeBounds;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's connections and calls under way, looked at four times a second, so that no call needs a timer of its own. Who
 * is too slow is cut off: a connection without a request (slowly sent heads among them), a body that does not arrive, an answer
 * that nobody takes. A body is not slow while the gateway itself does not read it. A call whose deadline has come is answered 503. Only used on its event loop.
 */
final class Watch {
    private static final long PERIOD_MS = 250;

    /** Beyond the client timeout a body may take as long as it takes at this rate. */
    private static final long LEAST_BYTES_A_SECOND = 16_384;

    private static final Rejection TOO_SLOW = new Rejection(Problem.of(ProblemCode.REQUEST_TIMEOUT));
    /** For who left too: nothing is written to him, and nothing goes on. */
    static final Rejection NOTHING_SENT =
            new Rejection(Problem.of(ProblemCode.OVERLOADED).retryAfter(1));

    private static final Rejection UNKNOWN =
            new Rejection(Problem.of(ProblemCode.OUTCOME_UNKNOWN).retryAfter(1));

    private final EdgeBounds bounds;
    private final Counter headTooSlow;
    private final Counter idle;
    private final Counter bodyTooSlow;
    private final Counter readerTooSlow;
    private final Counter overdueUnsent;
    private final Counter overdueSent;
    private final Map<HttpConnection, Attention> connections = new IdentityHashMap<>();
    private long idleNanos = Long.MAX_VALUE;
    private @Nullable Call newest;

    private Watch(EdgeBounds bounds, MeterRegistry registry) {
        this.bounds = bounds;
        this.headTooSlow = cut(registry, "head");
        this.idle = cut(registry, "idle");
        this.bodyTooSlow = cut(registry, "body");
        this.readerTooSlow = cut(registry, "reader");
        this.overdueUnsent = overdue(registry, "overloaded");
        this.overdueSent = overdue(registry, "outcome_unknown");
    }

    /** Begins to look, on the current context, which also remembers it. */
    static Watch start(Vertx vertx, EdgeBounds bounds, MeterRegistry registry) {
        Watch watch = new Watch(bounds, registry);
        Context context = vertx.getOrCreateContext();
        context.put(Watch.class, watch);
        long unused = vertx.setPeriodic(PERIOD_MS, due -> watch.look(System.nanoTime()));
        return watch;
    }

    private static Counter cut(MeterRegistry registry, String why) {
        return Counter.builder("counterfoil.http.cut")
                .description("Clients that were cut off because they were slow, by what they were slow with")
                .tag("slow", why)
                .register(registry);
    }

    private static Counter overdue(MeterRegistry registry, String code) {
        return Counter.builder("counterfoil.http.deadlines.exceeded")
                .description("Requests that were given up at their deadline, by what they were answered")
                .tag("code", code)
                .register(registry);
    }

    /** From now on also connections are looked at, each from its {@link #opened}. */
    void idleTimeout(Duration timeout) {
        idleNanos = timeout.toNanos();
    }

    void opened(HttpConnection connection) {
        connections.put(connection, new Attention(System.nanoTime()));
        HttpConnection unused = connection.closeHandler(closed -> connections.remove(connection));
    }

    void begun(Call call) {
        Attention attention = connections.get(call.context().request().connection());
        if (attention != null) {
            attention.used = true;
            attention.underWay++;
        }
        call.attention = attention;
        call.older = newest;
        if (newest != null) {
            newest.newer = call;
        }
        newest = call;
    }

    void ended(Call call, long nowNanos) {
        Attention attention = call.attention;
        if (attention != null) {
            attention.underWay--;
            attention.sinceNanos = nowNanos;
        }
        if (call.older != null) {
            call.older.newer = call.newer;
        }
        if (call.newer != null) {
            call.newer.older = call.older;
        } else if (newest == call) {
            newest = call.older;
        }
        call.older = null;
        call.newer = null;
    }

    private void look(long nowNanos) {
        Call next = newest;
        while (next != null) {
            Call call = next;
            // Before it is dealt with, which takes it out of the list.
            next = call.older;
            look(call, nowNanos);
        }
        List<HttpConnection> slow = new ArrayList<>();
        connections.forEach((connection, attention) -> {
            long silentNanos = nowNanos - attention.sinceNanos;
            long most = attention.used ? idleNanos : bounds.clientTimeout().toNanos();
            if (attention.underWay == 0 && silentNanos > most) {
                (attention.used ? idle : headTooSlow).increment();
                slow.add(connection);
            }
        });
        slow.forEach(HttpConnection::close);
    }

    private void look(Call call, long nowNanos) {
        RoutingContext context = call.context();
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        long ageNanos = nowNanos - call.startedNanos();
        if (call.isOver()) {
            return;
        }
        if (response.headWritten()) {
            if (!isTaken(call, response, nowNanos)) {
                readerTooSlow.increment();
                call.problem(TOO_SLOW.problem());
                Answers.hangUp(context);
            }
        } else if (!request.isEnded()
                && !call.isHeld()
                && ageNanos - call.heldNanos() > bodyNanos(request.bytesRead())) {
            bodyTooSlow.increment();
            context.fail(TOO_SLOW);
        } else if (call.hasDeadline() && ageNanos > bounds.requestDeadline().toNanos()) {
            boolean nothingSent = call.deadline().pass() || call.changesNothing();
            (nothingSent ? overdueUnsent : overdueSent).increment();
            context.fail(nothingSent ? NOTHING_SENT : UNKNOWN);
        }
    }

    private long bodyNanos(long received) {
        return bounds.clientTimeout().toNanos() + Duration.ofSeconds(1).toNanos() / LEAST_BYTES_A_SECOND * received;
    }

    /** Whether the client took something of a stream lately, or there is nothing to take. */
    private boolean isTaken(Call call, HttpServerResponse response, long nowNanos) {
        long written = response.bytesWritten();
        if (!response.writeQueueFull() || written != call.lastWritten) {
            call.lastWritten = written;
            call.takenNanos = nowNanos;
            return true;
        }
        return nowNanos - call.takenNanos <= bounds.clientTimeout().toNanos();
    }

    /** What is known of a connection. */
    static final class Attention {
        private long sinceNanos;
        private int underWay;
        private boolean used;

        Attention(long nowNanos) {
            this.sinceNanos = nowNanos;
        }
    }
}
