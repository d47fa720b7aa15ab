package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.ledger.access.KeyCheck;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Every route of the API, as the router has them. */
public final class RouteList {
    private RouteList() {}

    /**
     * Each as {@code GET /v1/programs/{program}}.
     *
     * @param docs whether the page at /docs is there
     */
    public static Set<String> all(boolean docs) {
        Vertx vertx = Vertx.vertx();
        try (Metrics metrics = new Metrics()) {
            Edge edge = new Edge(
                    (text, address) -> KeyCheck.Refused.UNKNOWN,
                    used -> {},
                    Samples.noSignatures(),
                    program -> Optional.empty(),
                    program -> Optional.empty(),
                    new Readiness(Map.of()),
                    metrics,
                    Samples.noLimits(),
                    1_024,
                    List.of(),
                    docs,
                    new Admission(EdgeBounds.defaults(), program -> false, metrics.registry()),
                    false);
            Set<String> routes = new TreeSet<>();
            for (Route route : new Routes(edge, Samples.echoes()).router(vertx).getRoutes()) {
                if (route.methods() != null && route.getPath() != null) {
                    for (HttpMethod method : route.methods()) {
                        if (method != HttpMethod.HEAD) {
                            routes.add(method.name().toUpperCase(Locale.ROOT) + " "
                                    + route.getPath().replaceAll(":([a-z_]+)", "{$1}"));
                        }
                    }
                }
            }
            return routes;
        } finally {
            Future<Void> closed = vertx.close();
            closed.await();
        }
    }
}
