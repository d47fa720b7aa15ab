package dev.counterfoil.gateway.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** 403 for a key without the scope. */
final class RequireScope implements Handler<RoutingContext> {
    private final String scope;

    RequireScope(String scope) {
        this.scope = scope;
    }

    @Override
    public void handle(RoutingContext context) {
        if (!Call.of(context).caller().scopes().contains(scope)) {
            context.fail(new Rejection(Problem.of(ProblemCode.FORBIDDEN, "needed scope: " + scope)));
            return;
        }
        context.next();
    }
}
