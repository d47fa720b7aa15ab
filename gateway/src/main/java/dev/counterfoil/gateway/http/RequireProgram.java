package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Program;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Function;

/** 404 for a program that does not exist, is another issuer's, or is not one the key is for: a caller cannot tell which. */
final class RequireProgram implements Handler<RoutingContext> {
    private final Function<String, Optional<Program>> programs;
    private final Function<String, Optional<Catalog>> catalogs;

    /** @param programs and {@code catalogs} by the program's id, from memory */
    RequireProgram(Function<String, Optional<Program>> programs, Function<String, Optional<Catalog>> catalogs) {
        this.programs = programs;
        this.catalogs = catalogs;
    }

    @Override
    public void handle(RoutingContext context) {
        Call call = Call.of(context);
        String id = call.path("program");
        Optional<Program> program = programs.apply(id).filter(call.key()::reaches);
        if (program.isEmpty()) {
            context.fail(new Rejection(Problem.of(ProblemCode.NOT_FOUND)));
            return;
        }
        call.program(program.get(), catalogs.apply(id));
        context.next();
    }
}
