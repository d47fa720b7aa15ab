package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.access.Scope;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/**
 * The whole API: every path and the order of its handlers. The order is the contract's: 401, 404 for the program, 403, then
 * 415 and 413 by {@code body}, then the endpoint, which reads the body (400) and asks the ledger. The busiest path comes first,
 * because paths are tried in turn.
 */
public final class Routes {
    private final Edge edge;
    private final Arrival arrival;
    private final Failures failures;
    final Handler<RoutingContext> authenticate;
    final Handler<RoutingContext> program;
    final Handler<RoutingContext> body;
    private final Handler<RoutingContext> openApi = answer(new OpenApiDocument());

    public Routes(Edge edge) {
        this.edge = edge;
        this.arrival =
                new Arrival(new AccessLog(), new HttpMetrics(edge.metrics().registry()));
        this.failures = new Failures(arrival);
        this.authenticate = new Authenticate(edge.keys());
        this.program = new RequireProgram(edge.programs(), edge.catalogs());
        this.body = new ReadBody(edge.maxBodyBytes());
    }

    /** A router of its own for one event loop. */
    public Router router(Vertx vertx) {
        return router(vertx, paths -> {});
    }

    /** The same, with more paths in front. */
    Router router(Vertx vertx, Consumer<Paths> more) {
        Router router = Router.router(vertx);
        Route first = router.route().handler(arrival).failureHandler(failures);
        Paths paths = new Paths(router);
        more.accept(paths);

        paths.at("/health/live").get(answer(edge.readiness()::live)).only();
        paths.at("/health/ready").get(answer(edge.readiness()::ready)).only();
        paths.at("/metrics").get(answer(edge.metrics()::scrape)).only();
        paths.at("/openapi.yaml").get(openApi).only();

        Route last = router.route().handler(context -> context.fail(404));
        return router.errorHandler(400, failures::malformed)
                .errorHandler(404, failures)
                .errorHandler(500, failures);
    }

    static Handler<RoutingContext> scope(Scope needed) {
        return new RequireScope(needed);
    }

    static Handler<RoutingContext> answer(Endpoint endpoint) {
        return new Answers(endpoint);
    }

    static Handler<RoutingContext> stream(StreamingEndpoint endpoint) {
        return new Streams(endpoint);
    }
}
