package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.EdgeBounds;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Refuses what would only wait, in a few nanoseconds and before a byte of the body is waited for: 503 {@code overloaded}. Two
 * bounds: how many requests of the API are under way, whatever they wait for, which bounds memory; and how much waits for the
 * program's cell in the ledger, which bounds latency. Health, metrics, the contract and preflights are never refused. Thread-safe.
 */
public final class Admission {
    /** By their whole names: other spellings of a path of the API lead to it too. */
    private static final Set<String> NEVER_SHED =
            Set.of("/health/live", "/health/ready", "/metrics", "/openapi.yaml", "/docs");

    private static final Rejection SHED =
            new Rejection(Problem.of(ProblemCode.OVERLOADED).retryAfter(1));

    private final EdgeBounds bounds;
    private final Predicate<String> busy;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Counter beyondInFlight;
    private final Counter beyondQueue;

    /** @param busy whether the ledger of the program of that id has more waiting than it gets done in time; must not block */
    public Admission(EdgeBounds bounds, Predicate<String> busy, MeterRegistry registry) {
        this.bounds = bounds;
        this.busy = busy;
        this.beyondInFlight = shed(registry, "in_flight");
        this.beyondQueue = shed(registry, "queue");
        Gauge.builder("counterfoil.http.in.flight", inFlight, AtomicInteger::get)
                .description("Requests that were begun and not answered")
                .register(registry);
        Gauge.builder("counterfoil.http.in.flight.limit", bounds, EdgeBounds::inFlight)
                .description("How many of them there may be")
                .strongReference(true)
                .register(registry);
    }

    private static Counter shed(MeterRegistry registry, String reason) {
        return Counter.builder("counterfoil.http.shed")
                .description("Requests refused with 503 before their body was read, by what was full")
                .tag("reason", reason)
                .register(registry);
    }

    EdgeBounds bounds() {
        return bounds;
    }

    /** Counts a request; {@link #end} has to follow. False where it has failed already, because too many are under way. */
    boolean begins(RoutingContext context) {
        boolean room = inFlight.incrementAndGet() <= bounds.inFlight();
        if (room || isNeverShed(context.request())) {
            return true;
        }
        beyondInFlight.increment();
        context.fail(SHED);
        return false;
    }

    /** A preflight costs no more than its refusal, and a page cannot read why it was refused; what follows it is not spared. */
    private static boolean isNeverShed(HttpServerRequest request) {
        return request.method() == HttpMethod.OPTIONS || NEVER_SHED.contains(String.valueOf(request.path()));
    }

    void end() {
        int unused = inFlight.decrementAndGet();
    }

    /** For routes whose requests wait in the queue of their program's cell. Only behind {@link RequireProgram}. */
    void queue(RoutingContext context) {
        if (busy.test(Call.of(context).program().id())) {
            beyondQueue.increment();
            context.fail(SHED);
        } else {
            context.next();
        }
    }
}
