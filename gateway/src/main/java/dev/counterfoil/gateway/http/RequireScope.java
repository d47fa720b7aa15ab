package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.access.Scope;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** 403 for a key without the scope. */
final class RequireScope implements Handler<RoutingContext> {
    private final Scope scope;

    RequireScope(Scope scope) {
        this.scope = scope;
    }

    @Override
    public void handle(RoutingContext context) {
        if (!Call.of(context).key().has(scope)) {
            context.fail(new Rejection(Problem.of(ProblemCode.FORBIDDEN, "needed scope: " + scope.token())));
            return;
        }
        context.next();
    }
}
