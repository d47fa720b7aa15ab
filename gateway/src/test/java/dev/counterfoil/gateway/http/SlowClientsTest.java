package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.gateway.settings.TlsSettings;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Clients that take their time: bounded, each in its own way. */
class SlowClientsTest {
    private static final EdgeBounds IMPATIENT =
            new EdgeBounds(100, 100, 100, Duration.ofSeconds(60), Duration.ofMillis(400));

    @Test
    void a_body_that_never_ends_is_cut_off_with_408() throws IOException {
        try (BoundedEdge edge = BoundedEdge.of(IMPATIENT, BoundedEdge::fine);
                Socket announced = edge.open(BoundedEdge.post("Content-Length: 5000\r\n", "{"));
                Socket chunked = edge.open(BoundedEdge.post("Transfer-Encoding: chunked\r\n", "1\r\n{\r\n"));
                Socket inTime = edge.open(BoundedEdge.post("Content-Length: 2\r\nConnection: close\r\n", "{}"))) {
            assertThat(BoundedEdge.toEnd(inTime)).startsWith("HTTP/1.1 201");
            drip(chunked.getOutputStream(), "1\r\nx\r\n");
            for (Socket slow : new Socket[] {announced, chunked}) {
                String answer = BoundedEdge.toEnd(slow);
                assertThat(answer).startsWith("HTTP/1.1 408").containsIgnoringCase("connection: close");
                assertThat(RawHttp.json(answer).getString("code")).isEqualTo("request_timeout");
            }
            assertThat(edge.count("counterfoil.http.cut", "slow", "body")).isEqualTo(2);
            assertThat(edge.gauge("counterfoil.http.in.flight")).isZero();
        }
    }

    @Test
    void a_connection_without_a_whole_head_is_closed_however_it_drips() throws IOException {
        try (BoundedEdge edge = BoundedEdge.of(IMPATIENT, BoundedEdge::fine);
                Socket silent = edge.open("");
                Socket dripping = edge.open("POST /v1/programs/demo/things HTTP/1.1\r\nHost: x\r\n")) {
            drip(dripping.getOutputStream(), "X-A: b\r\n");
            assertThat(BoundedEdge.toEnd(silent)).doesNotContain("HTTP/1.1");
            assertThat(BoundedEdge.toEnd(dripping)).doesNotContain("HTTP/1.1");
            assertThat(edge.count("counterfoil.http.cut", "slow", "head")).isEqualTo(2);
            await().until(() -> edge.gauge("counterfoil.http.connections") == 0);
        }
    }

    @Test
    void a_connection_that_was_used_is_closed_when_no_further_head_comes_within_the_idle_timeout() throws IOException {
        EdgeBounds bounds = new EdgeBounds(100, 100, 100, Duration.ofSeconds(1), Duration.ofMillis(400));
        var settings = BoundedEdge.settings(bounds, Duration.ZERO, Duration.ofSeconds(2), TlsSettings.defaults());
        try (BoundedEdge edge = BoundedEdge.of(settings, Rate.OFF, BoundedEdge::fine);
                Socket used = edge.open(BoundedEdge.post("Content-Length: 2\r\n", "{}"))) {
            drip(used.getOutputStream(), "P");
            assertThat(BoundedEdge.toEnd(used)).startsWith("HTTP/1.1 201");
        }
    }

    @Test
    void who_does_not_read_what_is_streamed_to_him_is_cut_off() throws IOException {
        try (BoundedEdge edge = BoundedEdge.of(IMPATIENT, BoundedEdge::fine, SlowClientsTest::endless);
                Socket reader = edge.open("GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")) {
            await().until(() -> edge.count("counterfoil.http.cut", "slow", "reader") == 1);
            assertThat(BoundedEdge.toEnd(reader)).startsWith("HTTP/1.1 200");
            await().until(() -> edge.gauge("counterfoil.http.in.flight") == 0);
        }
    }

    @Test
    void what_is_too_long_for_http_says_so() throws IOException {
        try (BoundedEdge edge = BoundedEdge.of(IMPATIENT, BoundedEdge::fine)) {
            String line = RawHttp.exchange(edge.port(), "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(line).startsWith("HTTP/1.0 414").containsIgnoringCase("nosniff");
            assertThat(RawHttp.json(line).getString("code")).isEqualTo("uri_too_long");
            String headers = RawHttp.exchange(
                    edge.port(), "GET / HTTP/1.1\r\nHost: x\r\n" + "X-A: bbbbbbbb\r\n".repeat(1_000) + "\r\n");
            assertThat(headers).startsWith("HTTP/1.1 431");
            assertThat(RawHttp.json(headers).getString("code")).isEqualTo("headers_too_large");
            assertThat(RawHttp.exchange(edge.port(), "NONSENSE\r\n\r\n")).matches("(?s)HTTP/1.[01] 400 .*");
        }
    }

    /** As {@link dev.counterfoil.gateway.api} does it: the next piece once there is room again. */
    private static Future<Void> endless(Call call) {
        HttpServerResponse response = call.context().response().setChunked(true);
        Promise<Void> end = Promise.promise();
        response.closeHandler(closed -> end.tryFail("closed"));
        more(response);
        return end.future();
    }

    private static void more(HttpServerResponse response) {
        response.drainHandler(room -> more(response));
        while (!response.writeQueueFull() && !response.closed()) {
            Future<Void> unused = response.write(Buffer.buffer(new byte[65_536]));
        }
    }

    /** Goes on sending until the connection is gone. */
    private static void drip(OutputStream out, String piece) {
        Thread dripping = new Thread(() -> {
            try {
                while (true) {
                    out.write(piece.getBytes(StandardCharsets.UTF_8));
                    Thread.sleep(50);
                }
            } catch (IOException | InterruptedException gone) {
                // That is what is waited for.
            }
        });
        dripping.setDaemon(true);
        dripping.start();
    }
}
