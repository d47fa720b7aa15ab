package dev.counterfoil.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.counterfoil.loadtest.auditor.Addresses;
import dev.counterfoil.loadtest.auditor.Auditor;
import dev.counterfoil.loadtest.auditor.Tampering;
import dev.counterfoil.loadtest.stack.Gateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The packaged gateway with real Redis and PostgreSQL, redeemed from and killed; the auditor has the last word. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BooksUnderLoadIT {
    private static final int CLIENTS = 16;

    @RegisterExtension
    static final EmbeddedGateway GATEWAY = new EmbeddedGateway();

    private static Path data;
    private static Gateway gateway;
    private static Target target;
    private static List<String> secrets;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final AtomicInteger next = new AtomicInteger();

    /** A checkout and the body that it was answered with. */
    private record Checkout(String key, String body) {}

    @BeforeAll
    static void start() throws Exception {
        data = GATEWAY.data();
        gateway = GATEWAY.gateway();
        target = Target.demo(data);
        IssuerApi issuer = new IssuerApi(target, "it");
        issuer.putItem(
                "it-goods",
                "{\"name\":\"IT\",\"kind\":\"goods\",\"prices\":[{\"asset\":\"CNY\",\"amount\":7}],"
                        + "\"limits\":{\"per_account_daily\":3}}");
        issuer.stock("it-goods", 1_000_000);
        secrets = issuer.makeCards("gift-1000", 50);
    }

    @Test
    @Order(1)
    void the_books_balance_after_a_sale_with_replays_and_refusals() throws Exception {
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(redeem("limit-" + i, body("it-goods", "one account", i)));
        }
        HttpResponse<String> again = redeem("limit-0", body("it-goods", "one account", 0));
        HttpResponse<String> code = redeem("code", body("video-month", "another", 7));

        assertThat(answers).extracting(HttpResponse::statusCode).containsExactly(201, 201, 201, 409, 409);
        assertThat(again.body()).isEqualTo(answers.get(0).body());
        assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
        assertThat(code.statusCode()).as(code.body()).isEqualTo(201);
        assertThat(audit()).contains("BOOKS BALANCE: cell {demo.0}").doesNotContain("DO NOT");
    }

    @Test
    @Order(2)
    void a_gateway_killed_under_load_loses_no_answer_and_the_books_balance() throws Exception {
        Map<String, Checkout> answered = new ConcurrentHashMap<>();
        List<String> unknown = new ArrayList<>();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        List<Future<String>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            running.add(clients.submit(() -> redeemUntilItBreaks(answered)));
        }
        Thread.sleep(1_500);
        gateway.process().kill();
        for (Future<String> broken : running) {
            unknown.add(broken.get(30, TimeUnit.SECONDS));
        }
        clients.shutdown();
        gateway.restart();
        gateway.awaitReady();
        target = Target.demo(data);

        assertThat(answered).hasSizeGreaterThan(CLIENTS);
        for (Checkout checkout : answered.values()) {
            HttpResponse<String> replay = redeem(checkout.key(), body("it-goods", checkout.key(), 1));
            assertThat(replay.statusCode()).as(replay.body()).isEqualTo(201);
            assertThat(replay.body()).isEqualTo(checkout.body());
        }
        for (String key : unknown) {
            assertThat(redeem(key, body("it-goods", key, 1)).statusCode()).isEqualTo(201);
        }
        assertThat(audit()).contains("BOOKS BALANCE: cell {demo.0}").doesNotContain("DO NOT");
    }

    @Test
    @Order(3)
    void a_fen_that_appears_in_either_store_is_found() throws Exception {
        Addresses addresses = Addresses.embedded(data);
        try (Tampering tampering = new Tampering(addresses)) {
            String card = tampering.anyCard();
            tampering.addInRedis(card, 1);
            assertThat(audit()).contains("BOOKS DO NOT BALANCE").contains("card " + card);
            tampering.addInRedis(card, -1);
            assertThat(audit()).doesNotContain("DO NOT");

            tampering.addInPostgresql(card, 1);
            assertThat(audit()).contains("BOOKS DO NOT BALANCE").contains("card " + card);
            tampering.addInPostgresql(card, -1);
            assertThat(audit()).doesNotContain("DO NOT");
        }
    }

    /** Redeems under fresh keys until a request gets no answer; returns that request's key. */
    private String redeemUntilItBreaks(Map<String, Checkout> answered) {
        while (true) {
            String key = "load-" + next.incrementAndGet();
            try {
                HttpResponse<String> answer = redeem(key, body("it-goods", key, 1));
                if (answer.statusCode() != 201) {
                    return key;
                }
                Checkout before = answered.put(key, new Checkout(key, answer.body()));
                assertThat(before).isNull();
            } catch (IOException e) {
                return key;
            }
        }
    }

    private static String body(String sku, String account, int card) {
        return new ObjectMapper()
                .createObjectNode()
                .put("secret", secrets.get(card % secrets.size()))
                .put("item", sku)
                .put("account", account)
                .put("reference", "it")
                .toString();
    }

    private HttpResponse<String> redeem(String key, String body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/programs/demo/redemptions"))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + target.secretKey())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** What the auditor prints. */
    private static String audit() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        int code = Auditor.audit(Addresses.embedded(data), "demo", Duration.ofSeconds(30), out);
        String text = printed.toString(StandardCharsets.UTF_8);
        assertThat(code).as(text).isEqualTo(text.contains("DO NOT") ? 1 : 0);
        return text;
    }
}
