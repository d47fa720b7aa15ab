package dev.counterfoil.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The whole API: every path and the order of its handlers. The order is the contract's: 401, 404 for the program, 403, then
 * 413 and 415 by {@code body}, then the endpoint, which reads the body (400) and asks the ledger. The busiest path comes first,
 * because paths are tried in turn.
 */
public final class Routes {
    private final Edge edge;
    private final Handler<RoutingContext> arrival;
    private final Handler<RoutingContext> failures = new Failures();
    private final Handler<RoutingContext> authenticate;
    private final Handler<RoutingContext> program;
    private final Handler<RoutingContext> body;
    private final Handler<RoutingContext> openApi = answer(new OpenApiDocument());

    public Routes(Edge edge) {
        this.edge = edge;
        this.arrival =
                new Arrival(new AccessLog(), new HttpMetrics(edge.metrics().registry()));
        this.authenticate = new Authenticate(edge.keys());
        this.program = new RequireProgram(edge.catalogs());
        this.body = new ReadBody(edge.maxBodyBytes());
    }

    /** A router of its own for one event loop. */
    Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        Route unused = router.route().handler(arrival).failureHandler(failures);
        Paths paths = new Paths(router);

        paths.at("/health/live").get(answer(edge.readiness()::live)).only();
        paths.at("/health/ready").get(answer(edge.readiness()::ready)).only();
        paths.at("/metrics").get(answer(edge.metrics()::scrape)).only();
        paths.at("/openapi.yaml").get(openApi).only();

        Route last = router.route().handler(context -> context.fail(404));
        return router.errorHandler(400, failures).errorHandler(404, failures).errorHandler(500, failures);
    }

    private static Handler<RoutingContext> answer(Endpoint endpoint) {
        return new Answers(endpoint);
    }

    private static Handler<RoutingContext> stream(StreamingEndpoint endpoint) {
        return new Streams(endpoint);
    }

    private static Handler<RoutingContext> scope(String name) {
        return new RequireScope(name);
    }
}
