package dev.counterfoil.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts paths on a router so that each answers every method: its own with their handlers, {@code HEAD} as {@code GET} without
 * body, {@code OPTIONS} with {@code Allow}, others with 405. Paths are matched in the order in which they were added.
 */
final class Paths {
    private final Router router;
    private final Cors cors;

    Paths(Router router, Cors cors) {
        this.router = router;
        this.cors = cors;
    }

    /** @param template as {@code /v1/programs/{program}} */
    Path at(String template) {
        return new Path(template);
    }

    /** One path. Ends with {@link #only}. */
    final class Path {
        private final String template;
        private final String pattern;
        private final List<String> methods = new ArrayList<>();
        private String ofPages = "";

        private Path(String template) {
            this.template = template;
            this.pattern = template.replaceAll("\\{([a-z_]+)}", ":$1");
        }

        @SafeVarargs
        final Path get(Handler<RoutingContext>... handlers) {
            return add(HttpMethod.GET, handlers).add(HttpMethod.HEAD, handlers);
        }

        @SafeVarargs
        final Path post(Handler<RoutingContext>... handlers) {
            return add(HttpMethod.POST, handlers);
        }

        @SafeVarargs
        final Path put(Handler<RoutingContext>... handlers) {
            return add(HttpMethod.PUT, handlers);
        }

        @SafeVarargs
        final Path patch(Handler<RoutingContext>... handlers) {
            return add(HttpMethod.PATCH, handlers);
        }

        /** Pages may send these methods from a browser. */
        Path pages(String... sent) {
            ofPages = String.join(", ", sent);
            return this;
        }

        /** Nothing else is allowed here. */
        void only() {
            String allow = String.join(", ", methods) + ", OPTIONS";
            RouteLabel other = new RouteLabel("OTHER", template);
            Answer options = new Answer(204, Answer.JSON, Buffer.buffer(), List.of(), null).withHeader("Allow", allow);
            Problem notAllowed = Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "allowed: " + allow)
                    .withHeader("Allow", allow);
            Route unused = router.route(pattern).handler(context -> {
                Call.of(context).route(other);
                boolean asks = context.request().method() == HttpMethod.OPTIONS;
                if (asks && !ofPages.isEmpty()) {
                    cors.preflight(context, ofPages);
                }
                Answers.write(context, asks ? options : Answer.of(notAllowed));
            });
        }

        @SafeVarargs
        private Path add(HttpMethod method, Handler<RoutingContext>... handlers) {
            methods.add(method.name());
            RouteLabel label = new RouteLabel(method.name(), template);
            Route route = router.route(method, pattern).handler(context -> {
                Call.of(context).route(label);
                context.next();
            });
            for (Handler<RoutingContext> handler : handlers) {
                route = route.handler(handler);
            }
            return this;
        }
    }
}
