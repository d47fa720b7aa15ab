package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.Scope;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.stream.Collectors;

/** 403 for a key that has none of the scopes; one that has goes on to the rate limit, so that no route can leave it out. */
final class RequireScope implements Handler<RoutingContext> {
    private final Handler<RoutingContext> limit;
    private final List<Scope> scopes;
    private final Rejection forbidden;

    RequireScope(Handler<RoutingContext> limit, Scope... anyOf) {
        this.limit = limit;
        this.scopes = List.of(anyOf);
        this.forbidden = new Rejection(Problem.of(
                ProblemCode.FORBIDDEN,
                "needed scope: " + scopes.stream().map(Scope::token).collect(Collectors.joining(" or "))));
    }

    @Override
    public void handle(RoutingContext context) {
        ApiKey key = Call.of(context).key();
        for (Scope scope : scopes) {
            if (key.has(scope)) {
                limit.handle(context);
                return;
            }
        }
        context.fail(forbidden);
    }
}
