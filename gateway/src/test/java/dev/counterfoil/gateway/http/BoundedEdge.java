package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.gateway.settings.HttpSettings;
import dev.counterfoil.gateway.settings.LimitsSettings;
import dev.counterfoil.gateway.settings.TlsSettings;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.KeyCheck;
import dev.counterfoil.ledger.access.KeyRing;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** An edge with two event loops and tight bounds, on Vert.x with the capped transport, with endpoints of the test's. */
final class BoundedEdge implements AutoCloseable {
    static final String KEY = "the-key";
    private static final String HEAD = " /v1/programs/demo/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + KEY
            + "\r\nContent-Type: application/json\r\nIdempotency-Key: k-1\r\n";

    final Metrics metrics = new Metrics();
    final Readiness readiness = new Readiness(Map.of());
    final HttpEdge edge;
    private final Vertx vertx;

    /** What the ledger of the program says of its queue. */
    volatile boolean busy;

    private BoundedEdge(HttpSettings settings, Rate unknownCallers, Endpoint endpoint, StreamingEndpoint stream) {
        this(settings, unknownCallers, BoundedEdge::check, origin -> false, endpoint, stream);
    }

    private BoundedEdge(
            HttpSettings settings,
            Rate unknownCallers,
            KeyRing keys,
            Predicate<String> origins,
            Endpoint endpoint,
            StreamingEndpoint stream) {
        ConnectionCaps caps = new ConnectionCaps(settings, metrics.registry());
        this.vertx = Vertx.builder().withTransport(new CappedTransport(caps)).build();
        Program demo = Samples.program("demo", "acme");
        Edge parts = new Edge(
                keys,
                used -> {},
                Samples.noSignatures(),
                id -> id.equals("demo") ? Optional.of(demo) : Optional.empty(),
                id -> Optional.of(new Catalog(1, demo, Map.of(), Map.of())),
                readiness,
                metrics,
                new RequestRates(
                        new LimitsSettings(Rate.OFF, Rate.OFF, Rate.OFF, unknownCallers, Rate.OFF),
                        (limit, rate, tokens) -> Future.failedFuture(new LedgerFault.Unavailable("no source")),
                        (delayMs, task) -> {}),
                settings.maxBodyBytes(),
                List.of(),
                true,
                new Admission(settings.bounds(), program -> busy, metrics.registry()),
                settings.metricsPort() > 0);
        Routes routes = new Routes(parts, Samples.echoes(), origins);
        this.edge = join(
                settings.tls().isOn() || settings.metricsPort() > 0
                        ? HttpEdge.start(vertx, settings, 2, routes, readiness, metrics)
                        : HttpEdge.start(vertx, settings, 2, own -> router(routes, own, endpoint, stream), readiness));
        readiness.serving();
    }

    private static Router router(Routes routes, Vertx own, Endpoint endpoint, StreamingEndpoint stream) {
        return routes.router(own, paths -> {
            paths.at("/v1/programs/{program}/things")
                    .post(
                            routes.authenticate,
                            routes.program,
                            routes.scope(Scope.REDEEM),
                            routes.queue,
                            routes.body,
                            Routes.inTime(endpoint))
                    .pages("POST")
                    .only();
            paths.at("/v1/programs/{program}/looks")
                    .post(
                            routes.authenticate,
                            routes.program,
                            routes.scope(Scope.REDEEM),
                            routes.queue,
                            routes.body,
                            Routes.reading(endpoint))
                    .only();
            paths.at("/v1/stream").get(Routes.stream(stream)).only();
        });
    }

    static BoundedEdge of(EdgeBounds bounds, Endpoint endpoint) {
        return of(bounds, endpoint, call -> Future.succeededFuture());
    }

    static BoundedEdge of(EdgeBounds bounds, Endpoint endpoint, StreamingEndpoint stream) {
        return new BoundedEdge(
                settings(bounds, Duration.ZERO, Duration.ofSeconds(90), TlsSettings.defaults()),
                Rate.OFF,
                endpoint,
                stream);
    }

    static BoundedEdge of(HttpSettings settings, Rate unknownCallers, Endpoint endpoint) {
        return new BoundedEdge(settings, unknownCallers, endpoint, call -> Future.succeededFuture());
    }

    /** With a copy of the keys of the test's, and pages that some of them list. */
    static BoundedEdge of(
            EdgeBounds bounds, Rate unknownCallers, KeyRing keys, Predicate<String> origins, Endpoint endpoint) {
        return new BoundedEdge(
                settings(bounds, Duration.ZERO, Duration.ofSeconds(90), TlsSettings.defaults()),
                unknownCallers,
                keys,
                origins,
                endpoint,
                call -> Future.succeededFuture());
    }

    /** The one key that there is. */
    static KeyCheck check(String text, InetAddress address) {
        ApiKey key = Samples.key("k1", Set.of(Scope.REDEEM), KeyTerms.NONE);
        return text.equals(KEY) ? new KeyCheck.Accepted(key) : KeyCheck.Refused.UNKNOWN;
    }

    static HttpSettings settings(EdgeBounds bounds, Duration drainDelay, Duration idleTimeout, TlsSettings tls) {
        return new HttpSettings(
                0,
                "127.0.0.1",
                2,
                65_536,
                idleTimeout,
                Duration.ofSeconds(3),
                drainDelay,
                List.of(),
                true,
                0,
                "127.0.0.1",
                tls,
                bounds);
    }

    static Future<Answer> fine(Call call) {
        return Future.succeededFuture(Answer.created(new JsonObject()));
    }

    int port() {
        return edge.port();
    }

    double count(String name, String... tags) {
        return metrics.registry().get(name).tags(tags).counter().count();
    }

    double gauge(String name) {
        return metrics.registry().get(name).gauge().value();
    }

    /** A request to {@code things}: head, {@code more} headers, and what follows of a body. */
    static String post(String more, String body) {
        return "POST" + HEAD + more + "\r\n" + body;
    }

    /** Opens a connection and sends {@code text}. */
    Socket open(String text) throws IOException {
        Socket socket = new Socket("127.0.0.1", port());
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    /** What comes until the connection ends. */
    static String toEnd(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                text.append((char) b);
            }
        } catch (SocketException reset) {
            text.append("(reset)");
        }
        return text.toString();
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        join(edge.stop());
        join(vertx.close());
        metrics.close();
    }
}
