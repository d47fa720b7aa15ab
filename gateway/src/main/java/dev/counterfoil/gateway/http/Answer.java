package dev.counterfoil.gateway.http;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint answers.
 *
 * @param body sent as it is
 * @param headers beyond {@code Content-Type}, {@code X-Request-Id} and {@code Content-Length}
 * @param problem set when the answer is a problem; its body is made when the request's id is known
 */
public record Answer(
        int status,
        String contentType,
        Buffer body,
        List<Map.Entry<String, String>> headers,
        @Nullable Problem problem) {
    static final String JSON = "application/json";
    static final String PROBLEM_JSON = "application/problem+json";
    private static final JsonFactory WRITERS = new JsonFactory();
    private static final int USUAL_BYTES = 1_024;
    private static final Map.Entry<String, String> NO_STORE = Map.entry("Cache-Control", "no-store");

    public Answer {
        headers = List.copyOf(headers);
    }

    public static Answer of(int status, JsonObject body) {
        return of(status, JSON, body.toBuffer());
    }

    public static Answer of(int status, String contentType, Buffer body) {
        return new Answer(status, contentType, body, List.of(), null);
    }

    public static Answer ok(JsonObject body) {
        return of(200, body);
    }

    public static Answer created(JsonObject body) {
        return of(201, body);
    }

    public static Answer ok(JsonBody body) {
        return of(200, JSON, written(body));
    }

    public static Answer created(JsonBody body) {
        return of(201, JSON, written(body));
    }

    private static Buffer written(JsonBody body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator json = WRITERS.createGenerator(bytes, JsonEncoding.UTF8)) {
            body.write(json);
        } catch (IOException e) {
            // Nothing is written to but memory.
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    /** A refusal, such as {@code insufficient_balance}. Never stored by caches. */
    public static Answer of(Problem problem) {
        List<Map.Entry<String, String>> headers =
                new ArrayList<>(problem.headers().entrySet());
        headers.add(NO_STORE);
        return new Answer(problem.code().status(), PROBLEM_JSON, Buffer.buffer(), headers, problem);
    }

    /** For answers that hold a balance, a secret or a code: no cache may keep them. */
    public Answer noStore() {
        return withHeader(NO_STORE.getKey(), NO_STORE.getValue());
    }

    public Answer withHeader(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Answer(status, contentType, body, more, problem);
    }
}
