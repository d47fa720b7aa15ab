package dev.counterfoil.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** The last handler of routes that stream. */
final class Streams implements Handler<RoutingContext> {
    private final StreamingEndpoint endpoint;

    Streams(StreamingEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public void handle(RoutingContext context) {
        Call.of(context).withoutDeadline();
        context.request().pause();
        if (!context.request().isEnded()
                && "100-continue".equalsIgnoreCase(context.request().headers().get(HttpHeaders.EXPECT))) {
            context.response().writeContinue().onFailure(context::fail);
        }
        Future<Void> handled;
        try {
            handled = endpoint.handle(Call.of(context));
        } catch (RuntimeException e) {
            handled = Future.failedFuture(e);
        }
        handled.onFailure(failure -> {
            context.request().resume();
            context.fail(failure);
        });
    }
}
