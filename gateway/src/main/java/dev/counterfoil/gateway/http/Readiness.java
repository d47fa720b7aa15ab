package dev.counterfoil.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Whether this gateway should get requests: it is started, not stopping, and everything it cannot serve without answers.
 * PostgreSQL is not among that: redemptions go on without it.
 */
public final class Readiness {
    private static final long CHECK_TIMEOUT_MS = 1_000;

    /** The life of a gateway, in order. */
    private enum Phase {
        STARTING,
        SERVING,
        STOPPING
    }

    private final Map<String, Supplier<Future<?>>> checks;
    private volatile Phase phase = Phase.STARTING;

    /** @param checks by name, such as {@code redis}: a check fails when what it asks does not answer */
    public Readiness(Map<String, Supplier<Future<?>>> checks) {
        this.checks = new LinkedHashMap<>(checks);
    }

    public void serving() {
        phase = Phase.SERVING;
    }

    public void stopping() {
        phase = Phase.STOPPING;
    }

    boolean isStopping() {
        return phase == Phase.STOPPING;
    }

    /** {@code GET /health/live}: the process runs and its event loop turns. */
    Future<Answer> live(Call call) {
        return Future.succeededFuture(
                Answer.ok(new JsonObject().put("status", "up")).noStore());
    }

    /** {@code GET /health/ready}: 200 or 503, and what each check said. */
    Future<Answer> ready(Call call) {
        JsonObject results = new JsonObject();
        List<Future<Boolean>> asked = new ArrayList<>();
        checks.forEach((name, check) ->
                asked.add(passes(check).onSuccess(up -> results.put(name, up ? "up" : "down"))));
        return Future.all(asked).map(all -> answer(asked.stream().allMatch(Future::result), results));
    }

    private Answer answer(boolean up, JsonObject results) {
        Phase now = phase;
        boolean ready = up && now == Phase.SERVING;
        String status = ready
                ? "ready"
                : now == Phase.SERVING ? "not_ready" : now.name().toLowerCase(java.util.Locale.ROOT);
        return Answer.of(
                        ready ? 200 : 503,
                        new JsonObject().put("status", status).put("checks", results))
                .noStore();
    }

    private static Future<Boolean> passes(Supplier<Future<?>> check) {
        return Future.future(promise -> check.get()
                .timeout(CHECK_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .onComplete(done -> promise.complete(done.succeeded())));
    }
}
