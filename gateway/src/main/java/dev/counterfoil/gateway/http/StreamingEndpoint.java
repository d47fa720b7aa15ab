package dev.counterfoil.gateway.http;

import io.vertx.core.Future;

/** An operation whose request or answer is too long to be held in memory. It reads and writes {@link Call#context()} itself. */
@FunctionalInterface
public interface StreamingEndpoint {
    /**
     * Runs on the event loop of the request, whose body is paused until the endpoint sets its handlers and resumes it.
     * Completes when the answer has ended. A failure before the head of the answer was written becomes a problem as with
     * {@link Endpoint}; after it the connection is closed, so that the caller sees that the end is missing.
     */
    Future<Void> handle(Call call);
}
