package dev.counterfoil.gateway.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Where the time of a request goes before its endpoint: a stage ends where the next begins. One request in {@link #ONE_IN} of each event
 * loop is timed, so that the others pay a comparison a stage; the shares of the buckets are those of all. Thread-safe but for {@link
 * Sampling}.
 */
final class StageTimers {
    static final int ONE_IN = 16;

    private static final Duration[] OBJECTIVES = {
        Duration.ofNanos(100_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
    };

    private final Timer auth;
    private final Timer admission;
    private final Timer body;

    StageTimers(MeterRegistry registry) {
        this.auth = timer(registry, "auth");
        this.admission = timer(registry, "admission");
        this.body = timer(registry, "body");
    }

    private static Timer timer(MeterRegistry registry, String stage) {
        return Timer.builder("counterfoil.http.stage")
                .description("Requests that got past a stage, one in " + ONE_IN + ", by how long it took")
                .tag("stage", stage)
                .serviceLevelObjectives(OBJECTIVES)
                .register(registry);
    }

    /** The key was accepted, and its signature where there is one. */
    void authenticated(Call call) {
        end(call, auth);
    }

    /** The program is reached, a scope held, and a token of every rate there. */
    void admitted(Call call) {
        end(call, admission);
    }

    /** All of the body is there. */
    void bodyRead(Call call) {
        end(call, body);
    }

    private static void end(Call call, Timer stage) {
        if (call.stageNanos != 0) {
            long now = System.nanoTime();
            stage.record(now - call.stageNanos, TimeUnit.NANOSECONDS);
            call.stageNanos = now;
        }
    }

    /** Which requests of one event loop are timed: the first, and every so many later. */
    static final class Sampling {
        private int begun;

        void begin(Call call) {
            if (begun++ % ONE_IN == 0) {
                // 0 says that it is not timed.
                call.stageNanos = call.startedNanos() | 1;
            }
        }
    }
}
