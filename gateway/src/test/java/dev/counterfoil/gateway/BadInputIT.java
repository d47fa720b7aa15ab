package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.Amounts;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a caller sends gets a clear answer and changes nothing. */
class BadInputIT {
    private static final String REDEMPTIONS = "/v1/programs/demo/redemptions";

    @TempDir
    static Path folder;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.onSharedServers(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                Arguments.of("not json", ""),
                Arguments.of("[]", ""),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\"} x", ""),
                Arguments.of("{\"secret\":\"A\",\"secret\":\"B\",\"item\":\"crab-8\"}", "/secret"),
                Arguments.of("{\"item\":\"crab-8\"}", "/secret"),
                Arguments.of("{\"secret\":5,\"item\":\"crab-8\"}", "/secret"),
                Arguments.of("{\"secret\":\"\",\"item\":\"crab-8\"}", "/secret"),
                Arguments.of("{\"secret\":\"A\"}", "/item"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"a b\"}", "/item"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"quantity\":0}", "/quantity"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"quantity\":-1}", "/quantity"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"quantity\":1.5}", "/quantity"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"quantity\":1e3}", "/quantity"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"quantity\":\"1\"}", "/quantity"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"quantity\":9007199254740992}", "/quantity"),
                Arguments.of(
                        "{\"secret\":\"A\",\"item\":\"crab-8\",\"quantity\":123456789012345678901234567890}",
                        "/quantity"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"expected_total\":0}", "/expected_total"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"colour\":\"red\"}", "/colour"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"reference\":null}", "/reference"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"metadata\":{\"a\":1}}", "/metadata/a"),
                Arguments.of("{\"secret\":\"A\",\"item\":\"crab-8\",\"items\":[{\"item\":\"x\"}]}", "/item"),
                Arguments.of("{\"secret\":\"A\",\"pay\":[{\"secret\":\"B\"}],\"item\":\"crab-8\"}", "/secret"),
                Arguments.of("{\"secret\":\"A\",\"items\":[]}", "/items"),
                Arguments.of("{\"secret\":\"A\",\"items\":[{\"item\":\"x\"},{\"item\":\"x\"}]}", "/items/1/item"),
                Arguments.of("{\"secret\":\"A\",\"items\":[{\"item\":\"x\",\"quantity\":0}]}", "/items/0/quantity"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void a_body_that_is_wrong_is_400_and_says_where(String body, String pointer) {
        Answer answer = send(body, request -> request.header("Idempotency-Key", "k"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        JsonArray errors = answer.json().getJsonArray("errors");
        assertThat(errors.stream().map(error -> ((JsonObject) error).getString("pointer")))
                .contains(pointer);
        assertThat(answer.json().getString("request_id")).isEqualTo(answer.header("X-Request-Id"));
    }

    @Test
    void all_mistakes_are_told_at_once() {
        Answer answer = send("{\"quantity\":0,\"colour\":1}", request -> request.header("Idempotency-Key", "k"));
        assertThat(answer.json().getJsonArray("errors").size()).isEqualTo(4);
    }

    @Test
    void the_idempotency_key_is_needed_and_literal() {
        String body = body(gateway.env("CF_CARD_SECRET")).encode();
        assertThat(send(body, UnaryOperator.identity()).code()).isEqualTo("idempotency_key_missing");
        assertThat(send(body, request -> request.header("Idempotency-Key", "a b"))
                        .code())
                .isEqualTo("idempotency_key_missing");
        assertThat(send(body, request -> request.header("Idempotency-Key", "x".repeat(256)))
                        .code())
                .isEqualTo("idempotency_key_missing");
    }

    @Test
    void a_wrong_check_character_and_an_unknown_secret_read_the_same() {
        String secret = gateway.env("CF_CARD_SECRET");
        String typo = secret.substring(0, 1) + (secret.charAt(1) == '7' ? '8' : '7') + secret.substring(2);
        Answer mistyped = gateway.redeem("typo", body(typo));
        assertThat(mistyped.status()).isEqualTo(422);
        assertThat(mistyped.code()).isEqualTo("card_not_redeemable");
        assertThat(mistyped.json().getBoolean("retryable")).isTrue();
        assertThat(gateway.redeem("blank", body("中文")).code()).isEqualTo("card_not_redeemable");
    }

    @Test
    void the_checks_come_in_the_order_of_the_contract() {
        String bad = "{";
        assertThat(as("POST", "/v1/programs/nowhere/redemptions", "", bad)).isEqualTo("401 unauthenticated");
        assertThat(as("POST", "/v1/programs/nowhere/redemptions", gateway.env("CF_ISSUER_KEY"), bad))
                .isEqualTo("404 not_found");
        assertThat(as("POST", REDEMPTIONS, gateway.env("CF_ISSUER_KEY"), bad)).isEqualTo("403 forbidden");
        assertThat(as("POST", REDEMPTIONS, gateway.env("CF_SECRET_KEY"), bad)).isEqualTo("400 invalid_request");
        assertThat(as("DELETE", REDEMPTIONS, gateway.env("CF_SECRET_KEY"), bad)).isEqualTo("405 method_not_allowed");
        assertThat(as("POST", "/v2/nothing", gateway.env("CF_SECRET_KEY"), bad)).isEqualTo("404 not_found");
        assertThat(as("POST", REDEMPTIONS, gateway.env("CF_SECRET_KEY"), "x".repeat(70_000)))
                .isEqualTo("413 payload_too_large");
    }

    @Test
    void an_unknown_item_a_missing_account_and_an_unacceptable_card_are_told_apart() {
        String secret = gateway.cards("gift-1000", 1).get(0);
        assertThat(gateway.redeem("u1", body(secret).put("item", "crab-9")).code())
                .isEqualTo("not_found");
        JsonObject withoutAccount = body(secret);
        withoutAccount.remove("account");
        Answer missing = gateway.redeem("u2", withoutAccount);
        assertThat(missing.status()).isEqualTo(400);
        assertThat(missing.json().getJsonArray("errors").getJsonObject(0).getString("pointer"))
                .isEqualTo("/account");
        JsonObject pass = body(gateway.env("CF_PASS2_SECRET")).put("item", "video-month");
        assertThat(gateway.redeem("u3", pass).code()).isEqualTo("card_not_accepted");
        Answer later = gateway.redeem("u2", body(secret));
        assertThat(later.status()).as(later.text()).isEqualTo(201);
    }

    @Test
    void a_list_asks_for_what_it_knows() {
        assertThat(gateway.get(REDEMPTIONS + "?limit=0", "CF_SECRET_KEY").status())
                .isEqualTo(400);
        assertThat(gateway.get(REDEMPTIONS + "?limit=201", "CF_SECRET_KEY").status())
                .isEqualTo(400);
        assertThat(gateway.get(REDEMPTIONS + "?colour=red", "CF_SECRET_KEY").status())
                .isEqualTo(400);
        assertThat(gateway.get(REDEMPTIONS + "?status=lost", "CF_SECRET_KEY").status())
                .isEqualTo(400);
        assertThat(gateway.get(REDEMPTIONS + "?cursor=zz", "CF_SECRET_KEY").status())
                .isEqualTo(400);
        assertThat(gateway.get(REDEMPTIONS + "?from=yesterday", "CF_SECRET_KEY").status())
                .isEqualTo(400);
        assertThat(gateway.get(REDEMPTIONS + "/tx_0000000000009", "CF_SECRET_KEY")
                        .status())
                .isEqualTo(404);
        assertThat(gateway.get(REDEMPTIONS + "/tx_00ZZZZZZZZZZZ", "CF_SECRET_KEY")
                        .status())
                .isEqualTo(404);
        assertThat(gateway.get(REDEMPTIONS + "/tx_%00", "CF_SECRET_KEY").status())
                .isIn(400, 404);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "GET, /v1/keys/%s, CF_ADMIN_KEY, ''",
        "PATCH, /v1/keys/%s, CF_ADMIN_KEY, '{\"name\":\"Till\"}'",
        "POST, /v1/keys/%s/revoke, CF_ADMIN_KEY, '{}'",
        "GET, /v1/signing-keys/%s, CF_ADMIN_KEY, ''",
        "GET, /v1/programs/demo/items/%s, CF_ISSUER_KEY, ''",
        "GET, /v1/programs/demo/cards/%s/transactions, CF_ISSUER_KEY, ''"
    })
    void nothing_is_called_what_postgresql_cannot_keep(String method, String path, String key, String body) {
        for (String name : List.of("%00", "abc%00", "%00abc")) {
            Answer answer = gateway.sendAsync(method, path.formatted(name), key, body, request -> request)
                    .join();
            assertThat(answer.status()).as(answer.text()).isEqualTo(404);
        }
    }

    @Test
    void no_balance_becomes_larger_than_is_exact() {
        Answer most = adjust("most", Amounts.MAX);
        assertThat(most.status()).as(most.text()).isEqualTo(201);
        Answer more = adjust("more", 1);
        assertThat(more.status()).as(more.text()).isEqualTo(409);
        assertThat(more.code()).isEqualTo("balance_limit_exceeded");
        assertThat(more.json().getBoolean("retryable")).isTrue();
        assertThat(adjust("less", -1).status()).isEqualTo(201);
        Answer later = adjust("more", 1);
        assertThat(later.status()).as(later.text()).isEqualTo(201);
        assertThat(adjust("back", -Amounts.MAX).status()).isEqualTo(201);
    }

    private static Answer adjust(String key, long delta) {
        return gateway.post(
                "/v1/programs/demo/accounts/rich/adjustments",
                "CF_ADMIN_KEY",
                key,
                new JsonObject().put("asset", "points").put("delta", delta).put("reason", "test"));
    }

    private static JsonObject body(String secret) {
        return new JsonObject().put("secret", secret).put("item", "crab-8").put("account", "u_9");
    }

    private static Answer send(String body, UnaryOperator<java.net.http.HttpRequest.Builder> more) {
        return gateway.sendAsync("POST", REDEMPTIONS, "CF_SECRET_KEY", body, more)
                .join();
    }

    private static String as(String method, String path, String key, String body) {
        Answer answer = gateway.sendAsync(method, path, "CF_SECRET_KEY", body, request -> {
                    request.setHeader("Authorization", key.isEmpty() ? "Basic x" : "Bearer " + key);
                    return request.header("Idempotency-Key", "k");
                })
                .join();
        return answer.status() + " " + answer.code();
    }
}
