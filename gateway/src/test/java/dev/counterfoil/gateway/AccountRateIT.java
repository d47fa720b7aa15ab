package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A holder who asks in a loop is held to {@code limits.account-rate}, on whichever gateway he asks, and nobody else is. */
class AccountRateIT {
    private static TwoGateways gateways;

    @BeforeAll
    static void open() throws Exception {
        gateways = new TwoGateways(Map.of("COUNTERFOIL_LIMITS_ACCOUNT_RATE", "20/1h"));
        gateways.item("crab", new JsonObject().put("CNY", 100), 1_000, new JsonObject());
        // The hour must not turn within a test.
        while (3_600_000 - System.currentTimeMillis() % 3_600_000 < 30_000) {
            Thread.sleep(500);
        }
    }

    @AfterAll
    static void close() {
        gateways.close();
    }

    private static CompletableFuture<Answer> redeem(int gateway, JsonObject body) {
        return gateways.redeem(gateway, RunningGateway.key(), body.put("item", "crab"));
    }

    private static JsonObject by(String card, String account) {
        return new JsonObject().put("secret", card).put("account", account);
    }

    @Test
    void exactly_the_rate_of_an_account_passes_over_two_gateways_and_another_account_is_unaffected() {
        String card = gateways.cards(1).get(0);
        List<CompletableFuture<Answer>> flood = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            flood.add(redeem(i % 2, by(card, "u_loop")));
        }
        int sold = 0;
        for (CompletableFuture<Answer> each : flood) {
            Answer answer = each.join();
            assertThat(answer.status()).as(answer.text()).isIn(201, 429);
            assertThat(answer.header("RateLimit-Policy")).isEqualTo("\"account\";q=20;w=3600");
            assertThat(answer.header("RateLimit")).matches("\"account\";r=[0-9]+;t=[1-9][0-9]*");
            sold += answer.status() == 201 ? 1 : 0;
        }
        // What a gateway holds in reserve is its own: it may have to be asked itself.
        for (int i = 0; i < 10; i++) {
            sold += redeem(i % 2, by(card, "u_loop")).join().status() == 201 ? 1 : 0;
        }
        assertThat(sold).isEqualTo(20);
        Answer refused = redeem(0, by(card, "u_loop")).join();
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(refused.json().getString("detail")).isEqualTo("more than 20 requests in 3600 s of this account");
        assertThat(refused.json().getBoolean("retryable")).isTrue();
        assertThat(Long.parseLong(refused.header("Retry-After"))).isBetween(1L, 3_600L);
        assertThat(gateways.metrics(0)).containsPattern("counterfoil_rate_limited_total\\{limit=\"account\"} [1-9]");

        assertThat(redeem(0, by(card, "u_other")).join().status()).isEqualTo(201);
        Answer nobody = redeem(1, new JsonObject().put("secret", card)).join();
        assertThat(nobody.status()).isEqualTo(201);
        assertThat(nobody.header("RateLimit")).isEmpty();
        assertThat(counts("account:")).isNotEqualTo(":0");
        assertThat(counts("*u_loop")).as("no count names its account").isEqualTo(":0");
    }

    @Test
    void past_the_rate_an_answer_that_was_lost_is_still_given_and_nothing_else_is() {
        String card = gateways.cards(1).get(0);
        String key = RunningGateway.key();
        Answer lost =
                gateways.redeem(0, key, by(card, "u_lost").put("item", "crab")).join();
        assertThat(lost.status()).isEqualTo(201);
        Awaitility.await().until(() -> {
            redeem(0, by(card, "u_lost")).join();
            return redeem(0, by(card, "u_lost")).join().status() == 429
                    && redeem(1, by(card, "u_lost")).join().status() == 429;
        });
        for (int gateway = 0; gateway < 2; gateway++) {
            Answer again = gateways.redeem(gateway, key, by(card, "u_lost").put("item", "crab"))
                    .join();
            assertThat(again.status()).isEqualTo(201);
            assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
            assertThat(again.json().getString("id")).isEqualTo(lost.json().getString("id"));
        }
        Answer other = gateways.redeem(
                        0, key, by(card, "u_lost").put("item", "crab").put("quantity", 2))
                .join();
        assertThat(other.status()).as("another request under its key").isEqualTo(429);
    }

    private static String counts(String begin) {
        return TwoGateways.redis("EVAL \"return #redis.call('KEYS','counterfoil:rate:{" + begin + "*')\" 0");
    }

    @Test
    void previews_wrong_secrets_and_an_account_that_pays_count_and_what_is_400_does_not() {
        JsonObject paid = new JsonObject()
                .put(
                        "pay",
                        new JsonArray()
                                .add(new JsonObject().put("account", "u_pays").put("asset", "CNY")))
                .put("item", "crab");
        for (int i = 0; i < 20; i++) {
            Answer answer = i % 2 == 0
                    ? gateways.post(0, "/redemptions/preview", RunningGateway.key(), paid)
                            .join()
                    : redeem(0, by("7KQ4-M2XP-9DTR-5WVC-0", "u_pays")).join();
            assertThat(answer.status()).as(answer.text()).isIn(409, 422);
            assertThat(redeem(0, by("7KQ4-M2XP-9DTR-5WVC-0", "u_pays").put("quantity", 0))
                            .join()
                            .status())
                    .isEqualTo(400);
        }
        assertThat(gateways.post(0, "/redemptions/preview", RunningGateway.key(), paid)
                        .join()
                        .code())
                .isEqualTo("rate_limited");
        assertThat(gateways.get(1, "/accounts/u_pays").status())
                .as("the shop's own work goes on")
                .isEqualTo(404);
    }
}
