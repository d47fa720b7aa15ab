package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.catalog.Catalog;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Function;

/** 404 for a program that does not exist, is another issuer's, or is not one the key is bound to: a caller cannot tell which. */
final class RequireProgram implements Handler<RoutingContext> {
    private final Function<String, Optional<Catalog>> catalogs;

    /** @param catalogs the catalog of a program by its id, from memory */
    RequireProgram(Function<String, Optional<Catalog>> catalogs) {
        this.catalogs = catalogs;
    }

    @Override
    public void handle(RoutingContext context) {
        Call call = Call.of(context);
        Optional<Catalog> catalog = catalogs.apply(call.path("program")).filter(found -> mayUse(call.caller(), found));
        if (catalog.isEmpty()) {
            context.fail(new Rejection(Problem.of(ProblemCode.NOT_FOUND)));
            return;
        }
        call.catalog(catalog.get());
        context.next();
    }

    private static boolean mayUse(Caller caller, Catalog catalog) {
        return catalog.program().issuer().equals(caller.issuer())
                && caller.reaches(catalog.program().id());
    }
}
