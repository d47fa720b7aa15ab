package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.json.JsonObject;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 429 at the edge: its place in the order of checks, what it says, and that a request that waits loses nothing. */
class LimitRateTest {
    private static final Rate FIVE = new Rate(5, 3_600);
    private static final LimitedEdge EDGE = new LimitedEdge();

    /** The key of this test. */
    private String key;

    @AfterAll
    static void stop() {
        EDGE.close();
    }

    @BeforeEach
    void fresh() {
        EDGE.reset();
        key = EDGE.newKey(FIVE, EnumSet.allOf(Scope.class));
    }

    @Test
    void the_quota_passes_then_429_with_what_to_wait_and_another_key_is_unaffected() throws Exception {
        for (int left = 4; left >= 0; left--) {
            HttpResponse<String> passed = EDGE.redeem(key);
            assertThat(passed.statusCode()).isEqualTo(201);
            assertThat(header(passed, "RateLimit-Policy")).isEqualTo("\"key\";q=5;w=3600, \"program\";q=2000;w=3600");
            assertThat(header(passed, "RateLimit")).startsWith("\"key\";r=" + left + ";t=1800, \"program\";r=");
            assertThat(header(passed, "Retry-After")).isEmpty();
        }
        double before = EDGE.limited("key");
        HttpResponse<String> refused = EDGE.redeem(key);
        assertProblem(refused, 429, "rate_limited");
        JsonObject problem = new JsonObject(refused.body());
        assertThat(problem.getBoolean("retryable")).isTrue();
        assertThat(problem.getString("detail")).isEqualTo("more than 5 requests in 3600 s of this key");
        assertThat(header(refused, "Retry-After")).isEqualTo("1800");
        assertThat(header(refused, "RateLimit-Policy")).isEqualTo("\"key\";q=5;w=3600");
        assertThat(header(refused, "RateLimit")).isEqualTo("\"key\";r=0;t=1800");
        assertThat(EDGE.limited("key")).isEqualTo(before + 1);
        assertThat(EDGE.redeem(EDGE.newKey(FIVE, EnumSet.of(Scope.REDEEM))).statusCode())
                .isEqualTo(201);
    }

    @Test
    void what_is_401_404_or_403_costs_nothing_and_what_is_400_413_or_415_does() throws Exception {
        String weak = EDGE.newKey(FIVE, EnumSet.of(Scope.REDEEM));
        for (int i = 0; i < 8; i++) {
            assertProblem(
                    EDGE.send(EDGE.request("demo/redemptions", "unknown").POST(LimitedEdge.body("{}"))),
                    401,
                    "unauthenticated");
            assertProblem(
                    EDGE.send(EDGE.request("other/redemptions", weak).POST(LimitedEdge.body("{}"))), 404, "not_found");
            assertProblem(EDGE.send(EDGE.request("demo/batches", weak).POST(LimitedEdge.body("{}"))), 403, "forbidden");
        }
        assertThat(EDGE.left).isEmpty();
        assertProblem(
                EDGE.send(EDGE.request("demo/redemptions", weak).POST(LimitedEdge.body("{\"amount\":0}"))),
                400,
                "invalid_request");
        assertProblem(EDGE.send(text(weak)), 415, "unsupported_media_type");
        assertProblem(EDGE.send(large(weak)), 413, "payload_too_large");
        assertThat(EDGE.redeem(weak).statusCode()).isEqualTo(201);
        assertThat(EDGE.redeem(weak).statusCode()).isEqualTo(201);
        assertProblem(EDGE.send(text(weak)), 429, "rate_limited");
        assertProblem(EDGE.send(large(weak)), 429, "rate_limited");
        assertProblem(
                EDGE.send(EDGE.request("demo/redemptions", weak).POST(LimitedEdge.body("{\"amount\":0}"))),
                429,
                "rate_limited");
        // Those that come before it still do.
        assertProblem(
                EDGE.send(EDGE.request("other/redemptions", weak).POST(LimitedEdge.body("{}"))), 404, "not_found");
        assertProblem(EDGE.send(EDGE.request("demo/batches", weak).POST(LimitedEdge.body("{}"))), 403, "forbidden");
    }

    private static HttpRequest.Builder text(String key) {
        return EDGE.request("demo/redemptions", key)
                .setHeader("Content-Type", "text/plain")
                .POST(LimitedEdge.body("x"));
    }

    private static HttpRequest.Builder large(String key) {
        return EDGE.request("demo/redemptions", key).POST(LimitedEdge.body("x".repeat(2_000)));
    }

    @Test
    void every_route_of_the_contract_that_needs_a_key_keeps_to_the_limit() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(EDGE.redeem(key).statusCode()).isEqualTo(201);
        }
        int routes = 0;
        JsonObject paths = Contract.OPENAPI.paths();
        for (String template : paths.fieldNames()) {
            for (String method : List.of("get", "post", "put", "patch", "delete")) {
                JsonObject operation = paths.getJsonObject(template).getJsonObject(method);
                if (operation == null || operation.containsKey("security")) {
                    continue;
                }
                routes++;
                String path = template.replace("{program}", "demo").replaceAll("\\{[a-z_]+}", "x");
                HttpResponse<String> response = EDGE.send(HttpRequest.newBuilder(EDGE.uri(path))
                        .header("Authorization", "Bearer " + key)
                        .method(method.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.noBody()));
                assertThat(response.statusCode()).as(method + " " + template).isEqualTo(429);
                assertThat(header(response, "Retry-After")).matches("[1-9][0-9]*");
                assertThat(Exchange.violations(response)).isEmpty();
            }
        }
        assertThat(routes).isGreaterThan(30);
        assertThat(EDGE.send(HttpRequest.newBuilder(EDGE.uri("/health/live"))).statusCode())
                .isEqualTo(200);
        assertThat(EDGE.send(HttpRequest.newBuilder(EDGE.uri("/metrics"))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_programs_limit_counts_all_keys_and_not_what_a_keys_own_limit_refused() throws Exception {
        EDGE.left.put("program:tight", new AtomicInteger(3));
        String generous = EDGE.newKey(Rate.OFF, EnumSet.of(Scope.REDEEM));
        double before = EDGE.limited("program");
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> passed = EDGE.redeem("tight", generous);
            assertThat(passed.statusCode()).isEqualTo(201);
            assertThat(header(passed, "RateLimit-Policy")).isEqualTo("\"program\";q=2000;w=3600");
        }
        HttpResponse<String> refused = EDGE.redeem("tight", generous);
        assertProblem(refused, 429, "rate_limited");
        assertThat(header(refused, "RateLimit")).isEqualTo("\"program\";r=0;t=1800");
        assertThat(new JsonObject(refused.body()).getString("detail"))
                .isEqualTo("more than 2000 requests in 3600 s of this program");
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> both = EDGE.redeem("tight", key);
            assertProblem(both, 429, "rate_limited");
            assertThat(header(both, "RateLimit")).isEqualTo("\"key\";r=" + (4 - i) + ";t=1800, \"program\";r=0;t=1800");
        }
        assertThat(header(EDGE.redeem("tight", key), "RateLimit")).isEqualTo("\"key\";r=0;t=1800");
        assertThat(EDGE.limited("program")).isEqualTo(before + 6);
    }

    @Test
    void a_body_survives_the_wait_for_a_token() throws Exception {
        EDGE.hold();
        CompletableFuture<HttpResponse<String>> waiting = EDGE.client()
                .sendAsync(
                        EDGE.request("demo/redemptions", key)
                                .POST(LimitedEdge.body("{\"amount\":5}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        await().until(EDGE::holds);
        Thread.sleep(200);
        assertThat(waiting).isNotDone();
        EDGE.letGo();
        HttpResponse<String> response = waiting.get(5, TimeUnit.SECONDS);
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(new JsonObject(response.body()).getLong("amount")).isEqualTo(5);
    }

    @Test
    void chunks_that_come_during_the_wait_are_read_after_it_and_the_next_request_too() throws Exception {
        EDGE.hold();
        try (Socket socket = new Socket("127.0.0.1", EDGE.port())) {
            socket.setSoTimeout(5_000);
            OutputStream out = socket.getOutputStream();
            out.write(LimitedEdge.raw(key, "Transfer-Encoding: chunked\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            await().until(EDGE::holds);
            for (char each : "{\"amount\":5}".toCharArray()) {
                out.write(("1\r\n" + each + "\r\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                Thread.sleep(5);
            }
            EDGE.letGo();
            out.write(("0\r\n\r\n" + LimitedEdge.raw(key, "Content-Length: 12\r\nConnection: close\r\n")
                            + "{\"amount\":6}")
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer.split("HTTP/1.1 201 ", -1)).hasSize(3);
            assertThat(answer).contains("\"amount\":5", "\"amount\":6");
        }
    }

    @Test
    void who_asks_whether_to_continue_is_told_so_after_the_wait() throws Exception {
        EDGE.hold();
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> EDGE.exchange(
                LimitedEdge.raw(key, "Content-Length: 12\r\nExpect: 100-continue\r\nConnection: close\r\n")
                        + "{\"amount\":5}"));
        await().until(EDGE::holds);
        EDGE.letGo();
        assertThat(answer.get(5, TimeUnit.SECONDS)).startsWith("HTTP/1.1 100 ").contains("HTTP/1.1 201 ");
    }

    @Test
    void who_waited_in_vain_is_429_and_its_connection_goes_on() throws Exception {
        EDGE.hold();
        EDGE.left.put("key:" + key, new AtomicInteger(1));
        String one = LimitedEdge.raw(key, "Content-Length: 12\r\n") + "{\"amount\":5}";
        String last = LimitedEdge.raw(key, "Content-Length: 12\r\nConnection: close\r\n") + "{\"amount\":5}";
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> EDGE.exchange(one + one + last));
        await().until(EDGE::holds);
        EDGE.letGo();
        String answers = answer.get(5, TimeUnit.SECONDS);
        assertThat(answers.split("HTTP/1.1 201 ", -1)).hasSize(2);
        assertThat(answers.split("HTTP/1.1 429 ", -1)).hasSize(3);
    }

    @Test
    void who_leaves_while_waiting_disturbs_nobody() throws Exception {
        EDGE.hold();
        for (int i = 0; i < 3; i++) {
            try (Socket socket = new Socket("127.0.0.1", EDGE.port())) {
                socket.getOutputStream()
                        .write(LimitedEdge.raw(key, "Content-Length: 12\r\n").getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
                await().until(EDGE::holds);
            }
        }
        Thread.sleep(100);
        EDGE.letGo();
        assertThat(EDGE.redeem(key).statusCode()).isEqualTo(201);
    }

    @Test
    void without_a_source_it_is_503_and_never_open_and_what_is_not_limited_goes_on() throws Exception {
        String free = EDGE.newKey(Rate.OFF, EnumSet.of(Scope.ADMIN, Scope.READ));
        EDGE.away = true;
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> response = EDGE.redeem(key);
            assertProblem(response, 503, "ledger_unavailable");
            assertThat(header(response, "Retry-After")).isEqualTo("1");
            assertThat(new JsonObject(response.body()).getBoolean("retryable")).isTrue();
        }
        HttpResponse<String> open =
                EDGE.send(HttpRequest.newBuilder(EDGE.uri("/v1/anything")).header("Authorization", "Bearer " + free));
        assertThat(open.statusCode()).isEqualTo(200);
        assertThat(header(open, "RateLimit")).isEmpty();
        assertThat(header(open, "RateLimit-Policy")).isEmpty();
        EDGE.away = false;
        assertThat(EDGE.redeem(key).statusCode()).isEqualTo(201);
    }

    @Test
    void a_key_without_a_rate_of_its_own_has_that_of_the_settings() throws Exception {
        String plain = EDGE.newKey(null, EnumSet.of(Scope.REDEEM));
        assertThat(header(EDGE.redeem(plain), "RateLimit-Policy")).startsWith("\"key\";q=1000;w=3600, ");
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(new JsonObject(response.body()).getString("code")).isEqualTo(code);
    }
}
