package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.gateway.settings.TlsSettings;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** More than can be done: refused at once, before its body is read; what is done already goes on. */
class OverloadTest {
    private static final String SMALL = "Content-Length: 2\r\nConnection: close\r\n";
    private static final EdgeBounds THREE = bounds(3, Duration.ofSeconds(60));

    private final Queue<Promise<Answer>> blocked = new ConcurrentLinkedQueue<>();

    private static EdgeBounds bounds(int inFlight, Duration deadline) {
        return new EdgeBounds(inFlight, 20, 10, deadline, Duration.ofSeconds(30));
    }

    private Future<Answer> block(Call call) {
        Promise<Answer> answer = Promise.promise();
        blocked.add(answer);
        return answer.future();
    }

    private void letGo() {
        blocked.forEach(answer -> answer.complete(Answer.created(new JsonObject())));
        blocked.clear();
    }

    @Test
    void past_the_bound_of_requests_in_flight_each_is_refused_at_once_and_afterwards_none() throws IOException {
        List<Socket> waiting = new ArrayList<>();
        try (BoundedEdge edge = BoundedEdge.of(THREE, this::block)) {
            for (int i = 0; i < 3; i++) {
                waiting.add(edge.open(BoundedEdge.post(SMALL, "{}")));
            }
            await().until(() -> blocked.size() == 3);
            for (int i = 0; i < 5; i++) {
                try (Socket refused = edge.open(BoundedEdge.post("Content-Length: 90000\r\n", ""))) {
                    assertShed(BoundedEdge.toEnd(refused));
                }
            }
            assertThat(edge.count("counterfoil.http.shed", "reason", "in_flight"))
                    .isEqualTo(5);
            assertThat(RawHttp.exchange(
                            edge.port(), "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
            letGo();
            for (Socket socket : waiting) {
                assertThat(BoundedEdge.toEnd(socket)).startsWith("HTTP/1.1 201");
                socket.close();
            }
            try (Socket again = edge.open(BoundedEdge.post(SMALL, "{}"))) {
                await().until(() -> blocked.size() == 1);
                letGo();
                assertThat(BoundedEdge.toEnd(again)).startsWith("HTTP/1.1 201");
            }
            assertThat(edge.gauge("counterfoil.http.in.flight")).isZero();
        }
    }

    @Test
    void while_too_much_waits_for_the_cell_requests_for_it_are_refused_before_their_body_is_there() throws IOException {
        try (BoundedEdge edge = BoundedEdge.of(THREE, BoundedEdge::fine)) {
            edge.busy = true;
            try (Socket refused = edge.open(BoundedEdge.post("Content-Length: 90000\r\n", ""))) {
                assertShed(BoundedEdge.toEnd(refused));
            }
            try (Socket wrongKey = edge.open(BoundedEdge.post(SMALL, "{}").replace(BoundedEdge.KEY, "another"))) {
                assertThat(BoundedEdge.toEnd(wrongKey)).startsWith("HTTP/1.1 401");
            }
            edge.busy = false;
            try (Socket fine = edge.open(BoundedEdge.post(SMALL, "{}"))) {
                assertThat(BoundedEdge.toEnd(fine)).startsWith("HTTP/1.1 201");
            }
            assertThat(edge.count("counterfoil.http.shed", "reason", "queue")).isEqualTo(1);
        }
    }

    @Test
    void at_its_deadline_a_request_is_unknown_where_it_was_sent_and_else_never_sent() throws IOException {
        Queue<Call> calls = new ConcurrentLinkedQueue<>();
        Endpoint parked = call -> {
            if (calls.isEmpty()) {
                assertThat(call.deadline().beginSending()).isTrue();
            }
            calls.add(call);
            return block(call);
        };
        try (BoundedEdge edge = BoundedEdge.of(bounds(10, Duration.ofMillis(300)), parked);
                Socket sent = edge.open(BoundedEdge.post(SMALL, "{}"))) {
            await().until(() -> calls.size() == 1);
            try (Socket queued = edge.open(BoundedEdge.post(SMALL, "{}"))) {
                assertThat(RawHttp.json(BoundedEdge.toEnd(queued)).getString("code"))
                        .isEqualTo("overloaded");
            }
            assertThat(RawHttp.json(BoundedEdge.toEnd(sent)).getString("code")).isEqualTo("outcome_unknown");
            for (Call call : calls) {
                assertThat(call.deadline().beginSending()).isFalse();
            }
            // What comes after all is nobody's any more.
            letGo();
            assertThat(edge.count("counterfoil.http.deadlines.exceeded", "code", "overloaded"))
                    .isEqualTo(1);
            assertThat(edge.count("counterfoil.http.deadlines.exceeded", "code", "outcome_unknown"))
                    .isEqualTo(1);
        }
    }

    @Test
    void connections_past_the_caps_are_closed_and_counted_and_room_is_given_back() throws IOException {
        List<Socket> open = new ArrayList<>();
        try (BoundedEdge edge = BoundedEdge.of(THREE, BoundedEdge::fine)) {
            for (int i = 0; i < 10; i++) {
                open.add(edge.open(""));
            }
            await().until(() -> edge.gauge("counterfoil.http.connections") == 10);
            try (Socket eleventh = new Socket("127.0.0.1", edge.port())) {
                eleventh.setSoTimeout(10_000);
                assertThat(BoundedEdge.toEnd(eleventh)).isIn("", "(reset)");
            }
            assertThat(edge.count("counterfoil.http.connections.refused", "cap", "address"))
                    .isEqualTo(1);
            open.remove(0).close();
            await().until(() -> edge.gauge("counterfoil.http.connections") == 9);
            try (Socket fine = edge.open(BoundedEdge.post(SMALL, "{}"))) {
                assertThat(BoundedEdge.toEnd(fine)).startsWith("HTTP/1.1 201");
            }
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void wrong_keys_of_one_address_are_429_past_its_rate_and_a_good_key_is_not() throws IOException {
        var settings = BoundedEdge.settings(THREE, Duration.ZERO, Duration.ofSeconds(90), TlsSettings.defaults());
        try (BoundedEdge edge = BoundedEdge.of(settings, new Rate(3, 86_400), BoundedEdge::fine)) {
            String wrong = BoundedEdge.post(SMALL, "{}").replace(BoundedEdge.KEY, "guess");
            for (int i = 0; i < 5; i++) {
                String answer = RawHttp.exchange(edge.port(), wrong);
                assertThat(answer).startsWith(i < 3 ? "HTTP/1.1 401" : "HTTP/1.1 429");
                if (i >= 3) {
                    assertThat(answer).containsIgnoringCase("retry-after: ");
                    assertThat(RawHttp.json(answer).getString("code")).isEqualTo("rate_limited");
                }
            }
            assertThat(RawHttp.exchange(edge.port(), BoundedEdge.post(SMALL, "{}")))
                    .startsWith("HTTP/1.1 201");
        }
    }

    @Test
    void every_answer_tells_browsers_and_caches_to_keep_their_hands_off() throws IOException {
        try (BoundedEdge edge = BoundedEdge.of(THREE, BoundedEdge::fine)) {
            for (String request : List.of(
                    BoundedEdge.post(SMALL, "{}"),
                    "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    "NONSENSE\r\n\r\n")) {
                String answer = RawHttp.exchange(edge.port(), request);
                assertThat(answer)
                        .containsIgnoringCase("x-content-type-options: nosniff")
                        .containsIgnoringCase("referrer-policy: no-referrer")
                        .containsIgnoringCase("content-security-policy: default-src 'none'; frame-ancestors 'none'")
                        .containsOnlyOnce("no-store")
                        .doesNotContainIgnoringCase("strict-transport-security")
                        .doesNotContainIgnoringCase("\r\nserver:");
            }
        }
    }

    private static void assertShed(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 503").containsIgnoringCase("retry-after: 1");
        assertThat(RawHttp.json(answer).getString("code")).isEqualTo("overloaded");
    }
}
