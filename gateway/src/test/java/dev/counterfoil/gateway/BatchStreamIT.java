package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How a streamed batch ends: with its line, and without. */
class BatchStreamIT {
    private static final String BATCHES = "/v1/programs/" + TwoGateways.PROGRAM + "/batches";
    private static final int MOST = 100_000;

    private static TwoGateways gateways;
    private static String issuer;

    @BeforeAll
    static void start() {
        gateways = new TwoGateways();
        issuer = key("issue,read,admin");
    }

    @AfterAll
    static void stop() {
        gateways.reconcile();
        gateways.close();
    }

    private static String key(String scopes) {
        String key = gateways.command("keys", "create", "--issuer", "acme", "--client", "office", "--scopes", scopes)
                .lines()
                .get(0);
        await().until(() -> gateways.send(0, "GET", "/v1/programs/" + TwoGateways.PROGRAM + "/cards", key, null)
                        .join()
                        .status()
                == 200);
        return key;
    }

    private static Socket ask(String key, String idempotencyKey, int count) throws IOException {
        Socket socket = new Socket("127.0.0.1", gateways.port(0));
        socket.setSoTimeout(30_000);
        String body =
                new JsonObject().put("card_type", "gift").put("count", count).encode();
        socket.getOutputStream()
                .write(("POST " + BATCHES + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                + "\r\nContent-Type: application/json\r\nIdempotency-Key: " + idempotencyKey
                                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** Reads to the first card of a batch. */
    private static void begun(BufferedReader in) throws IOException {
        assertThat(in.readLine()).startsWith("HTTP/1.1 201");
        String line = in.readLine();
        while (!line.contains("\"secret\"")) {
            line = in.readLine();
        }
    }

    private static long streams(String status) {
        return gateways.metrics(0)
                .lines()
                .filter(line -> line.startsWith("counterfoil_http_requests_seconds_count{")
                        && line.contains("/batches\"")
                        && line.contains("status=\"" + status + "\""))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static int cards() {
        return Integer.parseInt(
                TwoGateways.redis("KEYS {" + TwoGateways.PROGRAM + ".0}:card:*").substring(1));
    }

    @Test
    void a_batch_breaks_off_without_its_end_line_once_its_key_is_revoked() throws Exception {
        String key = key("issue,read");
        long before = streams("401");
        try (Socket socket = ask(key, "revoked", MOST)) {
            BufferedReader in = reader(socket);
            begun(in);
            // On the other gateway: the one that streams has to find out.
            Answer revoked = gateways.send(1, "POST", "/v1/keys/" + key.split("_")[2] + "/revoke", issuer, null)
                    .join();
            assertThat(revoked.status()).isEqualTo(200);
            await().until(() -> gateways.send(0, "GET", BATCHES.replace("/batches", "/cards"), key, null)
                            .join()
                            .status()
                    == 401);
            List<String> rest = in.lines().toList();
            assertThat(rest).noneMatch(line -> line.contains("\"end\""));
            assertThat(rest.stream().filter(line -> line.contains("\"secret\"")))
                    .hasSizeLessThan(MOST - 1);
        }
        await().until(() -> streams("401") == before + 1);
    }

    @Test
    void of_a_batch_whose_caller_left_before_it_began_no_card_is_made_and_it_is_counted_as_499() throws Exception {
        long before = streams("499");
        int cards = cards();
        Servers.postgresql().pause();
        try {
            Socket socket = ask(issuer, "gone", 5);
            await().until(() -> gateways.metrics(0).contains("counterfoil_http_in_flight 2.0"));
            socket.close();
            await().until(() -> streams("499") == before + 1);
        } finally {
            Servers.postgresql().resume();
        }
        JsonObject five = new JsonObject().put("card_type", "gift").put("count", 5);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> gateways.send(0, "POST", BATCHES, issuer, five, "Idempotency-Key", "gone")
                        .join()
                        .code()
                        .equals("batch_already_delivered"));
        assertThat(cards()).isEqualTo(cards);
    }

    @Test
    void one_whose_caller_leaves_meanwhile_is_499_too() throws Exception {
        long before = streams("499");
        try (Socket socket = ask(issuer, "leaving", MOST)) {
            begun(reader(socket));
        }
        await().until(() -> streams("499") == before + 1);
    }

    @Test
    void the_end_line_of_csv_says_the_level_that_was_reached() {
        Answer made = gateways.send(
                        0,
                        "POST",
                        BATCHES,
                        issuer,
                        new JsonObject().put("card_type", "gift").put("count", 2),
                        "Idempotency-Key",
                        "csv",
                        "Accept",
                        "text/csv")
                .join();
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text().lines().toList())
                .hasSize(4)
                .last()
                .asString()
                .matches("#end,bt_[A-Za-z0-9_-]{20},2,[0-9a-f]{64},(accepted|durable)");
    }
}
