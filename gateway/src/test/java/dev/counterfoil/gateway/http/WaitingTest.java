package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.counterfoil.gateway.logs.Logs;
import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.access.KeyCheck;
import dev.counterfoil.ledger.access.KeyRing;
import dev.counterfoil.ledger.rates.Rate;
import io.micrometer.core.instrument.Tag;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Who waits for whom: the gateway for something of its own, a caller for an answer, nobody for what was asked by one who left. */
class WaitingTest {
    private static final String SMALL = "Content-Length: 2\r\nConnection: close\r\n";

    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

    private static EdgeBounds bounds(Duration deadline, Duration client) {
        return new EdgeBounds(100, 100, 100, deadline, client);
    }

    /** A copy that is too old until it is told. */
    private static final class OldCopy implements KeyRing {
        private final Promise<Void> asked = Promise.promise();
        private final Promise<Void> read = Promise.promise();

        @Override
        public KeyCheck check(String presented, InetAddress address) {
            return BoundedEdge.check(presented, address);
        }

        @Override
        public boolean isFresh() {
            return false;
        }

        @Override
        public Future<Void> refresh() {
            boolean first = asked.tryComplete();
            return Future.fromCompletionStage(read.future().toCompletionStage(), Vertx.currentContext());
        }
    }

    private Future<Answer> sentAndParked(Call call) {
        assertThat(call.deadline().beginSending()).isTrue();
        calls.add(call);
        return Future.future(never -> {});
    }

    private Future<Answer> parked(Call call) {
        calls.add(call);
        return Future.future(never -> {});
    }

    @Test
    void a_body_is_not_slow_while_the_gateway_does_not_read_it() throws Exception {
        OldCopy keys = new OldCopy();
        EdgeBounds impatient = bounds(Duration.ofSeconds(60), Duration.ofMillis(300));
        try (BoundedEdge edge = BoundedEdge.of(impatient, Rate.OFF, keys, origin -> false, BoundedEdge::fine);
                Socket socket = edge.open(BoundedEdge.post(SMALL, "{}"))) {
            keys.asked.future().await();
            Thread.sleep(1_200);
            keys.read.complete();
            assertThat(BoundedEdge.toEnd(socket)).startsWith("HTTP/1.1 201");
            try (Socket slow = edge.open(BoundedEdge.post("Content-Length: 5000\r\n", "{"))) {
                assertThat(BoundedEdge.toEnd(slow)).startsWith("HTTP/1.1 408");
            }
        }
    }

    @Test
    void a_caller_who_waits_for_the_gateway_is_told_so_at_his_deadline() throws IOException {
        EdgeBounds impatient = bounds(Duration.ofMillis(500), Duration.ofMillis(100));
        try (BoundedEdge edge = BoundedEdge.of(impatient, Rate.OFF, new OldCopy(), origin -> false, BoundedEdge::fine);
                Socket socket = edge.open(BoundedEdge.post(SMALL, "{}"))) {
            String answer = BoundedEdge.toEnd(socket);
            assertThat(answer).startsWith("HTTP/1.1 503");
            assertThat(RawHttp.json(answer).getString("code")).isEqualTo("overloaded");
        }
    }

    @Test
    void what_only_asks_has_no_unknown_outcome() throws IOException {
        EdgeBounds hurried = bounds(Duration.ofMillis(300), Duration.ofSeconds(30));
        String look = BoundedEdge.post(SMALL, "{}").replace("/things", "/looks");
        try (BoundedEdge edge = BoundedEdge.of(hurried, this::sentAndParked)) {
            assertThat(RawHttp.json(RawHttp.exchange(edge.port(), look)).getString("code"))
                    .isEqualTo("overloaded");
            assertThat(RawHttp.json(RawHttp.exchange(edge.port(), BoundedEdge.post(SMALL, "{}")))
                            .getString("code"))
                    .isEqualTo("outcome_unknown");
        }
        Endpoint unanswered = call -> Future.failedFuture(new LedgerFault.OutcomeUnknown("no answer"));
        try (BoundedEdge edge = BoundedEdge.of(hurried, unanswered)) {
            assertThat(RawHttp.json(RawHttp.exchange(edge.port(), look)).getString("code"))
                    .isEqualTo("ledger_unavailable");
        }
    }

    @Test
    void what_waits_for_a_caller_who_left_is_not_sent_any_more() throws IOException {
        try (BoundedEdge edge = BoundedEdge.of(bounds(Duration.ofSeconds(60), Duration.ofSeconds(30)), this::parked)) {
            try (Socket leaving = edge.open(BoundedEdge.post(SMALL, "{}"))) {
                await().until(() -> calls.size() == 1);
            }
            await().until(() -> edge.gauge("counterfoil.http.in.flight") == 0);
            assertThat(calls.remove().deadline().beginSending()).isFalse();
        }
    }

    @Test
    void an_answer_without_an_end_is_counted_and_logged_as_such_whatever_its_head_said() throws IOException {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger(Logs.ACCESS);
        Level level = log.getLevel();
        log.setLevel(Level.INFO);
        log.addAppender(lines);
        Promise<Void> brokenOff = Promise.promise();
        StreamingEndpoint stream = call -> call.header("X-Fail").isPresent() ? fails(call) : endless(call, brokenOff);
        try (BoundedEdge edge =
                BoundedEdge.of(bounds(Duration.ofSeconds(60), Duration.ofSeconds(30)), BoundedEdge::fine, stream)) {
            try (Socket reader = edge.open("GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")) {
                assertThat(reader.getInputStream().read()).isEqualTo('H');
            }
            await().until(() -> answers(edge, "499") == 1);
            String cut = RawHttp.exchange(edge.port(), "GET /v1/stream HTTP/1.1\r\nHost: x\r\nX-Fail: 1\r\n\r\n");
            assertThat(cut).startsWith("HTTP/1.1 200");
            await().until(() -> answers(edge, "503") == 1);
            assertThat(answers(edge, "200")).isZero();
            await().until(() -> lines.list.size() == 2);
        } finally {
            boolean attached = log.detachAppender(lines);
            log.setLevel(level);
        }
        assertThat(lines.list.stream().map(WaitingTest::fields))
                .allSatisfy(line -> assertThat(line).containsEntry("aborted", true))
                .extracting(line -> line.get("status"))
                .containsExactly(499, 503);
    }

    private static Map<String, Object> fields(ILoggingEvent line) {
        return line.getKeyValuePairs().stream().collect(Collectors.toMap(pair -> pair.key, pair -> pair.value));
    }

    private static long answers(BoundedEdge edge, String status) {
        var timer = edge.metrics
                .registry()
                .find("counterfoil.http.requests")
                .tags(List.of(Tag.of("route", "/v1/stream"), Tag.of("status", status)))
                .timer();
        return timer == null ? 0 : timer.count();
    }

    private static Future<Void> endless(Call call, Promise<Void> brokenOff) {
        HttpServerResponse response = call.context().response().setChunked(true);
        int unused = call.context().addEndHandler(ended -> brokenOff.tryComplete());
        response.write(Buffer.buffer("a line\n")).onFailure(left -> brokenOff.tryComplete());
        return brokenOff.future();
    }

    private static Future<Void> fails(Call call) {
        return call.context()
                .response()
                .setChunked(true)
                .write("a line\n")
                .compose(written -> Future.failedFuture(new LedgerFault.OutcomeUnknown("no answer")));
    }
}
