package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.settings.EdgeBounds;
import dev.counterfoil.gateway.settings.HttpSettings;
import dev.counterfoil.gateway.settings.TlsSettings;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A gateway that stops under load. */
class DrainTest {
    private static final HttpSettings SETTINGS = BoundedEdge.settings(
            EdgeBounds.defaults(), Duration.ofMillis(1_500), Duration.ofSeconds(60), TlsSettings.defaults());

    private static Future<Answer> later(Call call) {
        long delayMs = call.idempotencyKey().equals("slow") ? 2_500 : 20;
        return call.context().vertx().timer(delayMs, TimeUnit.MILLISECONDS).compose(due -> BoundedEdge.fine(call));
    }

    @Test
    void stopping_under_load_loses_no_answer() throws Exception {
        BoundedEdge edge = BoundedEdge.of(SETTINGS, Rate.OFF, DrainTest::later);
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        AtomicBoolean noticed = new AtomicBoolean();
        List<Thread> load = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread thread = new Thread(() -> redeemUntil(noticed, client, edge.port(), answered, lost));
            load.add(thread);
            thread.start();
        }
        await().until(() -> answered.get() > 20);
        Socket slow = edge.open(BoundedEdge.post("Content-Length: 2\r\n", "{}").replace("k-1", "slow"));
        await().until(() -> edge.gauge("counterfoil.http.in.flight") > 0);
        Thread stopping = new Thread(edge::close);
        stopping.start();
        await().until(() -> ready(client, edge.port()) == 503);
        int before = answered.get();
        // New connections are still taken, and asked to go.
        try (Socket late = edge.open(BoundedEdge.post("Content-Length: 2\r\n", "{}"))) {
            byte[] head = new byte[2_000];
            int read = late.getInputStream().read(head);
            assertThat(new String(head, 0, read, StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 201")
                    .containsIgnoringCase("connection: close");
        }
        await().until(() -> answered.get() > before + 20);
        noticed.set(true);
        for (Thread thread : load) {
            thread.join();
        }
        // Begun before, answered when nothing new is taken any more.
        assertThat(BoundedEdge.toEnd(slow)).startsWith("HTTP/1.1 201");
        slow.close();
        stopping.join();
        assertThat(lost).hasValue(0);
        assertThatThrownBy(() -> new Socket("127.0.0.1", edge.port()).close()).isInstanceOf(ConnectException.class);
    }

    /** As by a load balancer, which sends until it has noticed. */
    private static void redeemUntil(
            AtomicBoolean noticed, HttpClient client, int port, AtomicInteger answered, AtomicInteger lost) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/v1/programs/demo/things"))
                .header("Authorization", "Bearer " + BoundedEdge.KEY)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "k-1")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        while (!noticed.get()) {
            try {
                int status = client.send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode();
                (status == 201 ? answered : lost).incrementAndGet();
            } catch (IOException | InterruptedException e) {
                lost.incrementAndGet();
            }
        }
    }

    private static int ready(HttpClient client, int port) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }
}
