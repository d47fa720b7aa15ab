package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.HttpSettings;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The listening gateway: one server an event loop, all on one port. */
public final class HttpEdge {
    /** A request line may carry a long idempotency key, percent-encoded. */
    private static final int MAX_REQUEST_LINE = 8_192;

    /** To Vert.x a negative port means: any free one, the same for all servers of the deployment. */
    private static final int ANY_PORT_SHARED = -1;

    private final Vertx vertx;
    private final HttpSettings settings;
    private final Function<Vertx, Router> routers;
    private final Readiness readiness;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private String deployment = "";

    private HttpEdge(Vertx vertx, HttpSettings settings, Function<Vertx, Router> routers, Readiness readiness) {
        this.vertx = vertx;
        this.settings = settings;
        this.routers = routers;
        this.readiness = readiness;
    }

    /**
     * Listens. Whoever starts it says when it is ready. Fails with one clear line ({@link PortInUse}) when the port is taken.
     *
     * @param eventLoops how many servers; at least 1
     * @param routers makes the router of one event loop, as {@link Routes#router} does
     */
    public static Future<HttpEdge> start(
            Vertx vertx, HttpSettings settings, int eventLoops, Function<Vertx, Router> routers, Readiness readiness) {
        HttpEdge edge = new HttpEdge(vertx, settings, routers, readiness);
        return vertx.deployVerticle(edge::listener, new DeploymentOptions().setInstances(eventLoops))
                .map(id -> {
                    edge.deployment = id;
                    return edge;
                })
                .recover(failure -> Future.failedFuture(
                        failure instanceof BindException ? new PortInUse(settings, failure) : failure));
    }

    /**
     * Finds out early, before anything else is started, that the port is taken.
     *
     * @throws PortInUse with one clear line
     */
    public static void requireFreePort(HttpSettings settings) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(settings.host(), settings.port()));
        } catch (IOException | IllegalArgumentException e) {
            throw new PortInUse(settings, e);
        }
    }

    /** The port that is listened on. */
    public int port() {
        return listeners.get(0).port();
    }

    /**
     * Says that it is not ready, accepts nothing new, waits for the requests it has begun until the setting {@code
     * http.stop-timeout}, then closes what is left.
     */
    public Future<Void> stop() {
        readiness.stopping();
        return vertx.undeploy(deployment);
    }

    private Listener listener() {
        Listener listener = new Listener();
        listeners.add(listener);
        return listener;
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port() == 0 ? ANY_PORT_SHARED : settings.port())
                .setIdleTimeout((int) settings.idleTimeout().toSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setMaxInitialLineLength(MAX_REQUEST_LINE)
                .setTcpNoDelay(true)
                // TLS and HTTP/2 are the load balancer's.
                .setHttp2ClearTextEnabled(false);
    }

    /** What is no HTTP never reaches the router. */
    private static void malformed(HttpServerRequest request) {
        String requestId = RequestIds.next();
        request.response()
                .setStatusCode(400)
                .putHeader("Content-Type", Answer.PROBLEM_JSON)
                .putHeader(Arrival.REQUEST_ID, requestId)
                .putHeader("Connection", "close")
                .end(Failures.MALFORMED.toJson(requestId).toBuffer())
                .onComplete(written -> request.connection().close());
    }

    /** One event loop's server. */
    private final class Listener extends VerticleBase {
        private final HttpServer server = HttpEdge.this.vertx.createHttpServer(options());

        @Override
        public Future<?> start() {
            return server.requestHandler(routers.apply(vertx))
                    .invalidRequestHandler(HttpEdge::malformed)
                    .listen();
        }

        @Override
        public Future<?> stop() {
            return server.shutdown(settings.stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
        }

        int port() {
            return server.actualPort();
        }
    }

    /** The port of the settings is taken. */
    public static final class PortInUse extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PortInUse(HttpSettings settings, Throwable cause) {
            super(
                    "http.port: " + settings.port() + " on " + settings.host() + " cannot be listened on: "
                            + cause.getMessage(),
                    cause);
        }
    }
}
