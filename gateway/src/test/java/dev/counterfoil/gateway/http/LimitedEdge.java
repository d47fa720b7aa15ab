package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.gateway.settings.HttpSettings;
import dev.counterfoil.gateway.settings.LimitsSettings;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.KeyCheck;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.rates.TokenSource.Grant;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An edge with limits, and a source of tokens that the test holds in its hand: windows are an hour long and half over. */
final class LimitedEdge implements AutoCloseable {
    private static final HttpSettings SETTINGS =
            new HttpSettings(0, "127.0.0.1", 2, 1_024, Duration.ofSeconds(30), Duration.ofSeconds(3), List.of(), true);
    private static final LimitsSettings LIMITS =
            new LimitsSettings(new Rate(1_000, 3_600), Rate.OFF, new Rate(2_000, 3_600));

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Metrics metrics = new Metrics();
    private final Admission admission = new Admission(EdgeBounds.defaults(), program -> false, metrics.registry());
    private final Map<String, ApiKey> keys = new ConcurrentHashMap<>();

    /** Tokens left, by limit; at first the quota. */
    final Map<String, AtomicInteger> left = new ConcurrentHashMap<>();

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean held;

    /** Whether the source fails. */
    volatile boolean away;

    private final Endpoints echoes = Samples.echoes();
    private final HttpEdge edge = join(HttpEdge.start(vertx, SETTINGS, 2, this::router, new Readiness(Map.of())));
    private int keysMade;

    @Override
    public void close() {
        join(edge.stop());
        join(vertx.close());
        metrics.close();
    }

    void reset() {
        held = false;
        away = false;
        left.clear();
    }

    /** The text of a new key, which is also its id. */
    String newKey(Rate rate, Set<Scope> scopes) {
        String id = "k" + ++keysMade;
        keys.put(id, Samples.key(id, scopes, KeyTerms.NONE.withRate(rate)));
        return id;
    }

    /** From now on answers of the source wait for {@link #letGo}. */
    void hold() {
        held = true;
    }

    boolean holds() {
        return !waiting.isEmpty();
    }

    void letGo() {
        held = false;
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }

    /** How many the limits of a kind have refused. */
    double limited(String kind) {
        return metrics.registry()
                .get("counterfoil.rate.limited")
                .tag("limit", kind)
                .counter()
                .count();
    }

    private Future<Grant> lease(String limit, Rate rate, int tokens) {
        if (away) {
            return Future.failedFuture(new LedgerFault.Unavailable("away"));
        }
        AtomicInteger ofWindow = left.computeIfAbsent(limit, name -> new AtomicInteger(rate.quota()));
        int granted = Math.min(tokens, ofWindow.get());
        Grant grant = new Grant(granted, 3_600_000, 1_799_500_000L, ofWindow.addAndGet(-granted));
        Promise<Grant> answer = Promise.promise();
        if (held) {
            waiting.add(() -> answer.complete(grant));
        } else {
            answer.complete(grant);
        }
        return answer.future();
    }

    private Router router(Vertx own) {
        Map<String, Program> programs = Map.of(
                "demo",
                Samples.program("demo", "acme"),
                "tight",
                Samples.program("tight", "acme"),
                "other",
                Samples.program("other", "rival"));
        Edge parts = new Edge(
                (text, address) -> {
                    ApiKey key = keys.get(text);
                    return key == null ? KeyCheck.Refused.UNKNOWN : new KeyCheck.Accepted(key);
                },
                used -> {},
                Samples.noSignatures(),
                id -> Optional.ofNullable(programs.get(id)),
                id -> Optional.of(new Catalog(1, Samples.program("demo", "acme"), Map.of(), Map.of())),
                new Readiness(Map.of()),
                metrics,
                new RequestRates(LIMITS, this::lease, (delayMs, task) -> vertx.setTimer(delayMs, due -> task.run())),
                SETTINGS.maxBodyBytes(),
                List.of(),
                true,
                admission,
                false);
        Routes routes = new Routes(parts, echoes);
        Endpoint fine = call -> Future.succeededFuture(Answer.ok(new JsonObject()));
        return routes.router(
                own,
                paths -> paths.at("/v1/anything")
                        .get(routes.authenticate, routes.scope(Scope.READ), Routes.answer(fine))
                        .only());
    }

    static String raw(String key, String headers) {
        return "POST /v1/programs/demo/redemptions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                + "\r\nContent-Type: application/json\r\nIdempotency-Key: k-1\r\n" + headers + "\r\n";
    }

    String exchange(String text) {
        try {
            return RawHttp.exchange(edge.port(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HttpResponse<String> redeem(String key) throws IOException, InterruptedException {
        return redeem("demo", key);
    }

    HttpResponse<String> redeem(String program, String key) throws IOException, InterruptedException {
        return send(request(program + "/redemptions", key).POST(body("{\"amount\":5}")));
    }

    HttpRequest.Builder request(String path, String key) {
        return HttpRequest.newBuilder(uri("/v1/programs/" + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "k-1");
    }

    static HttpRequest.BodyPublisher body(String text) {
        return HttpRequest.BodyPublishers.ofString(text);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + edge.port() + path);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
    }

    int port() {
        return edge.port();
    }

    HttpClient client() {
        return client;
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
