package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.HttpSettings;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The listening gateway: one server an event loop, all on one port, and where wanted one for metrics on another. */
public final class HttpEdge {
    /** A request line may carry a long idempotency key, percent-encoded. */
    private static final int MAX_REQUEST_LINE = 8_192;

    private static final int MAX_HEADERS_BYTES = 8_192;

    /** Requests that one HTTP/2 connection may have under way. */
    private static final int MAX_STREAMS = 100;

    /** To Vert.x a negative port means: any free one, the same for all servers of the deployment. */
    private static final int ANY_PORT_SHARED = -1;

    private final Vertx vertx;
    private final HttpSettings settings;
    private final Function<Vertx, Router> routers;
    private final Readiness readiness;
    private final @Nullable TlsFiles tls;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private @Nullable String operations;
    private String deployment = "";

    private HttpEdge(
            Vertx vertx,
            HttpSettings settings,
            Function<Vertx, Router> routers,
            Readiness readiness,
            @Nullable TlsFiles tls) {
        this.tls = tls;
        this.vertx = vertx;
        this.settings = settings;
        this.routers = routers;
        this.readiness = readiness;
    }

    /**
     * Listens with all that the settings ask for: TLS, metrics on a port of their own. Whoever starts it says when it is ready.
     * Fails with one clear line ({@link PortInUse}, {@link TlsCertificate.Unusable}). Blocks, to read the certificate.
     *
     * @param eventLoops how many servers; at least 1
     * @param routes for the API's port {@link Routes#router}, for the metrics' {@link Routes#operations}
     */
    public static Future<HttpEdge> start(
            Vertx vertx, HttpSettings settings, int eventLoops, Routes routes, Readiness readiness, Metrics metrics) {
        TlsFiles tls = settings.tls().isOn() ? new TlsFiles(vertx, settings.tls(), metrics.registry()) : null;
        return start(new HttpEdge(vertx, settings, routes::router, readiness, tls), eventLoops)
                .compose(edge -> edge.serveOperations(routes).map(edge));
    }

    /** Listens on the API's port, without TLS. */
    static Future<HttpEdge> start(
            Vertx vertx, HttpSettings settings, int eventLoops, Function<Vertx, Router> routers, Readiness readiness) {
        return start(new HttpEdge(vertx, settings, routers, readiness, null), eventLoops);
    }

    private static Future<HttpEdge> start(HttpEdge edge, int eventLoops) {
        HttpSettings settings = edge.settings;
        return edge.vertx
                .deployVerticle(edge::listener, new DeploymentOptions().setInstances(eventLoops))
                .map(id -> {
                    edge.deployment = id;
                    if (edge.tls != null) {
                        edge.tls.follow(edge.listeners.get(0).server);
                    }
                    return edge;
                })
                .recover(failure -> Future.failedFuture(
                        failure instanceof BindException
                                ? new PortInUse("http.port", settings.port(), settings.host(), failure)
                                : failure));
    }

    private Future<Void> serveOperations(Routes routes) {
        if (settings.metricsPort() == 0) {
            return Future.succeededFuture();
        }
        return vertx.deployVerticle(() -> new Operations(routes), new DeploymentOptions())
                .onSuccess(id -> operations = id)
                .<Void>mapEmpty()
                .recover(failure -> stop().transform(stopped -> Future.failedFuture(
                        new PortInUse("http.metrics-port", settings.metricsPort(), settings.metricsHost(), failure))));
    }

    /**
     * Finds out early, before anything else is started, that the port is taken.
     *
     * @throws PortInUse with one clear line
     */
    public static void requireFreePort(HttpSettings settings) {
        requireFreePort("http.port", settings.port(), settings.host());
        if (settings.metricsPort() > 0) {
            requireFreePort("http.metrics-port", settings.metricsPort(), settings.metricsHost());
        }
    }

    private static void requireFreePort(String setting, int port, String host) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(host, port));
        } catch (IOException | IllegalArgumentException e) {
            throw new PortInUse(setting, port, host, e);
        }
    }

    /** The port that is listened on. */
    public int port() {
        return listeners.get(0).port();
    }

    /**
     * Says that it is not ready, and goes on for the setting {@code http.drain-delay} while its answers ask clients to leave; then it
     * accepts nothing new, waits for the requests it has begun until the setting {@code http.stop-timeout}, and closes what is left.
     */
    public Future<Void> stop() {
        readiness.stopping();
        long delayMs = settings.drainDelay().toMillis();
        Future<Void> drained = delayMs == 0
                ? Future.succeededFuture()
                : vertx.timer(delayMs, TimeUnit.MILLISECONDS).mapEmpty();
        return drained.compose(due -> vertx.undeploy(deployment))
                .eventually(() -> operations == null ? Future.succeededFuture() : vertx.undeploy(operations));
    }

    private Listener listener() {
        Listener listener = new Listener();
        listeners.add(listener);
        return listener;
    }

    private HttpServerOptions options() {
        HttpServerOptions options = bounded(new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port() == 0 ? ANY_PORT_SHARED : settings.port()));
        return tls == null
                // Without TLS nobody speaks HTTP/2 but load balancers, which need not.
                ? options.setHttp2ClearTextEnabled(false)
                : tls.secure(options.setSsl(true).setUseAlpn(true));
    }

    /** Vert.x closes an HTTP/2 connection that resets more than 200 streams in half a minute. */
    private HttpServerOptions bounded(HttpServerOptions options) {
        return options.setIdleTimeout((int) settings.idleTimeout().toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxInitialLineLength(MAX_REQUEST_LINE)
                .setMaxHeaderSize(MAX_HEADERS_BYTES)
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(MAX_STREAMS)
                        .setMaxHeaderListSize(MAX_HEADERS_BYTES))
                // There are no WebSockets; their compression would look at every request and answer.
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setTcpNoDelay(true);
    }

    /** What is no HTTP, or too long for it, never reaches the router. */
    private static void malformed(HttpServerRequest request) {
        String requestId = RequestIds.next();
        Problem problem = problem(request.decoderResult().cause());
        HttpServerResponse response =
                request.response().setStatusCode(problem.code().status());
        SecurityHeaders.set(response.headers(), request.isSSL());
        response.putHeader("Content-Type", Answer.PROBLEM_JSON)
                .putHeader(Arrival.REQUEST_ID, requestId)
                .putHeader("Connection", "close")
                .end(problem.toJson(requestId).toBuffer())
                .onComplete(written -> request.connection().close());
    }

    private static Problem problem(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(ProblemCode.URI_TOO_LONG, "expected: at most " + MAX_REQUEST_LINE + " bytes");
        }
        return cause instanceof TooLongHttpHeaderException
                ? Problem.of(ProblemCode.HEADERS_TOO_LARGE, "expected: at most " + MAX_HEADERS_BYTES + " bytes in all")
                : Failures.MALFORMED;
    }

    /** One event loop's server. */
    private final class Listener extends VerticleBase {
        private final HttpServer server = HttpEdge.this.vertx.createHttpServer(options());

        @Override
        public Future<?> start() {
            server.requestHandler(routers.apply(vertx)).invalidRequestHandler(HttpEdge::malformed);
            Watch watch = context.get(Watch.class);
            if (watch != null) {
                watch.idleTimeout(settings.idleTimeout());
                server.connectionHandler(watch::opened);
            }
            return server.listen();
        }

        @Override
        public Future<?> stop() {
            return server.shutdown(settings.stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
        }

        int port() {
            return server.actualPort();
        }
    }

    /** The server of health and metrics on a port of their own, always plain HTTP. */
    private final class Operations extends VerticleBase {
        private final Routes routes;

        Operations(Routes routes) {
            this.routes = routes;
        }

        @Override
        public Future<?> start() {
            return vertx.createHttpServer(bounded(new HttpServerOptions()
                            .setHost(settings.metricsHost())
                            .setPort(settings.metricsPort())
                            .setHttp2ClearTextEnabled(false)))
                    .requestHandler(routes.operations(vertx))
                    .invalidRequestHandler(HttpEdge::malformed)
                    .listen();
        }
    }

    /** A port of the settings is taken. */
    public static final class PortInUse extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PortInUse(String setting, int port, String host, Throwable cause) {
            super(setting + ": " + port + " on " + host + " cannot be listened on: " + cause.getMessage(), cause);
        }
    }
}
