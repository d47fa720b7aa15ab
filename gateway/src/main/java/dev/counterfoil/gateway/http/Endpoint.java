package dev.counterfoil.gateway.http;

import io.vertx.core.Future;

/** One operation of the API: everything between a read request and its answer. */
@FunctionalInterface
public interface Endpoint {
    /**
     * Runs on the event loop of the request and must not block it. A refusal is an {@link Answer}; a {@link Rejection},
     * thrown or in the future, is answered as its problem; any other failure is a fault (see {@link Failures}).
     */
    Future<Answer> handle(Call call);
}
