package dev.counterfoil.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code GET /openapi.yaml}: the contract of the API. */
final class OpenApiDocument implements Endpoint {
    static final String RESOURCE = "/openapi.yaml";

    private final Answer answer;

    OpenApiDocument() {
        try (InputStream in = OpenApiDocument.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("missing resource: " + RESOURCE);
            }
            answer = Answer.of(200, "application/yaml", Buffer.buffer(in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Future<Answer> handle(Call call) {
        return Future.succeededFuture(answer);
    }
}
