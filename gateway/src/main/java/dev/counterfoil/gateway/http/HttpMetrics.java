package dev.counterfoil.gateway.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Times every request by route template, method and status: labels that callers cannot invent. */
final class HttpMetrics {
    private static final Duration[] OBJECTIVES = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(10),
    };

    private record Key(RouteLabel route, int status) {}

    private final MeterRegistry registry;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private final Map<ProblemCode, Counter> problems = new ConcurrentHashMap<>();

    HttpMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void record(RouteLabel route, int status, long nanos) {
        timers.computeIfAbsent(new Key(route, status), this::timer).record(Duration.ofNanos(nanos));
    }

    /** A refusal or a fault by its code. */
    void problem(ProblemCode code) {
        problems.computeIfAbsent(code, this::counter).increment();
    }

    private Counter counter(ProblemCode code) {
        return Counter.builder("counterfoil.http.problems")
                .description("Requests that were refused or failed, by the code they were answered with")
                .tag("code", code.token())
                .register(registry);
    }

    private Timer timer(Key key) {
        return Timer.builder("counterfoil.http.requests")
                .description(
                        "Requests, from their first byte read to the last byte of the answer handed to the network")
                .tag("method", key.route().method())
                .tag("route", key.route().template())
                .tag("status", Integer.toString(key.status()))
                .serviceLevelObjectives(OBJECTIVES)
                .register(registry);
    }
}
