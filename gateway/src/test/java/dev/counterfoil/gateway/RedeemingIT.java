package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a storefront does, over HTTP, on real servers. */
class RedeemingIT {
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

    @Test
    void the_first_redemption_of_the_readme_works_and_its_replay_says_the_same() {
        JsonObject body = new JsonObject()
                .put("secret", gateway.env("CF_CARD_SECRET"))
                .put("item", "crab-8")
                .put("quantity", 1)
                .put("account", "u_123")
                .put("reference", "A1")
                .put("metadata", new JsonObject().put("channel", "wechat"));
        Answer first = gateway.redeem("first-1", body);
        assertThat(first.status()).as(first.text()).isEqualTo(201);
        assertThat(first.replayed()).isFalse();
        JsonObject json = first.json();
        assertThat(json.getJsonObject("card").getLong("balance")).isEqualTo(70_200);
        assertThat(json.getJsonObject("amount")).isEqualTo(new JsonObject("{\"value\":29800,\"asset\":\"CNY\"}"));
        assertThat(json.fieldNames())
                .containsExactly(
                        "id",
                        "type",
                        "status",
                        "program",
                        "item",
                        "quantity",
                        "account",
                        "reference",
                        "metadata",
                        "amount",
                        "lines",
                        "payments",
                        "card",
                        "codes",
                        "durability",
                        "created_at");
        assertThat(json.getString("durability")).isEqualTo("durable");
        assertThat(json.getJsonArray("lines").encode())
                .isEqualTo(
                        "[{\"item\":\"crab-8\",\"quantity\":1,\"amount\":{\"value\":29800,\"asset\":\"CNY\"},\"codes\":[]}]");
        assertThat(first.header("Cache-Control")).isEqualTo("no-store");

        Answer again = gateway.redeem("first-1", body);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.replayed()).isTrue();
        assertThat(again.text()).isEqualTo(first.text());

        Answer other = gateway.redeem("first-1", body.copy().put("reference", "A2"));
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("idempotency_key_reused");

        Answer journaled = gateway.get("/v1/programs/demo/redemptions/" + json.getString("id"), "CF_SECRET_KEY");
        assertThat(journaled.status()).isEqualTo(200);
        assertThat(journaled.text()).isEqualTo(first.text());
        Answer byKey = gateway.get("/v1/programs/demo/redemptions?idempotency_key=first-1", "CF_SECRET_KEY");
        assertThat(byKey.text()).isEqualTo(first.text());
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Answer list = gateway.get("/v1/programs/demo/redemptions?reference=A1", "CF_SECRET_KEY");
            assertThat(list.json().getJsonArray("data").size()).isEqualTo(1);
            assertThat(list.json().getJsonArray("data").getJsonObject(0)).isEqualTo(json);
        });
    }

    @Test
    void four_picks_are_spent_one_at_a_time_and_the_fifth_is_refused() {
        for (int pick = 1; pick <= 4; pick++) {
            Answer picked = gateway.redeem(RunningGateway.key(), pass("pick_" + pick));
            assertThat(picked.status()).as(picked.text()).isEqualTo(201);
            assertThat(picked.json().getJsonObject("card").getLong("balance")).isEqualTo(4 - pick);
            assertThat(picked.json().getJsonObject("amount").encode()).isEqualTo("{\"value\":1,\"asset\":\"pick\"}");
        }
        Answer fifth = gateway.redeem("fifth", pass("pick_5"));
        assertThat(fifth.status()).isEqualTo(409);
        assertThat(fifth.code()).isEqualTo("insufficient_balance");
        Answer again = gateway.redeem("fifth", pass("pick_5"));
        assertThat(again.replayed()).isTrue();
        assertThat(again.text()).isEqualTo(fifth.text());
        Answer found = gateway.get("/v1/programs/demo/redemptions?idempotency_key=fifth", "CF_SECRET_KEY");
        assertThat(found.json().getString("status")).isEqualTo("refused");
        assertThat(found.json().getJsonObject("problem").getString("code")).isEqualTo("insufficient_balance");
    }

    private static JsonObject pass(String account) {
        return new JsonObject()
                .put("number", gateway.env("CF_PASS_NUMBER"))
                .put("secret", gateway.env("CF_PASS_SECRET"))
                .put("item", "crab-8")
                .put("account", account);
    }

    @Test
    void the_third_of_a_day_is_refused_with_the_time_at_which_the_next_day_begins() {
        List<String> cards = gateway.cards("gift-1000", 3);
        for (int i = 0; i < 2; i++) {
            assertThat(gateway.redeem(RunningGateway.key(), crab(cards.get(i), "greedy"))
                            .status())
                    .isEqualTo(201);
        }
        Answer third = gateway.redeem(RunningGateway.key(), crab(cards.get(2), "greedy"));
        assertThat(third.status()).isEqualTo(409);
        assertThat(third.code()).isEqualTo("quota_exceeded");
        JsonObject quota = third.json().getJsonObject("quota");
        assertThat(quota.getString("name")).isEqualTo("per_account_daily");
        assertThat(quota.getLong("limit")).isEqualTo(2);
        assertThat(quota.getLong("used")).isEqualTo(2);
        ZonedDateTime now = ZonedDateTime.now(ZoneId.of("Asia/Shanghai"));
        assertThat(Instant.parse(quota.getString("resets_at")))
                .isIn(
                        now.toLocalDate()
                                .plusDays(1)
                                .atStartOfDay(now.getZone())
                                .toInstant(),
                        now.toLocalDate().atStartOfDay(now.getZone()).toInstant());
        assertThat(third.json().getBoolean("retryable")).isFalse();
    }

    private static JsonObject crab(String secret, String account) {
        return new JsonObject().put("secret", secret).put("item", "crab-8").put("account", account);
    }

    @Test
    void two_hundred_at_once_for_the_last_fifty_post_fifty_and_a_replay_never_reads_sold_out() {
        gateway.item("last-50", 100, 50, new JsonObject());
        List<String> cards = gateway.cards("gift-1000", 200);
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(gateway.redeemAsync("last-" + i, lastFifty(cards.get(i))));
        }
        List<Integer> posted = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Answer answer = all.get(i).join();
            if (answer.status() == 201) {
                posted.add(i);
            } else {
                assertThat(answer.code()).as(answer.text()).isEqualTo("insufficient_stock");
                assertThat(answer.json().getBoolean("retryable")).isTrue();
            }
        }
        assertThat(posted).hasSize(50);
        int one = posted.get(17);
        Answer replay = gateway.redeem("last-" + one, lastFifty(cards.get(one)));
        assertThat(replay.status()).isEqualTo(201);
        assertThat(replay.text()).isEqualTo(all.get(one).join().text());
    }

    private static JsonObject lastFifty(String secret) {
        return new JsonObject().put("secret", secret).put("item", "last-50");
    }

    @Test
    void a_digital_code_is_delivered_once_shown_to_its_buyer_and_masked_afterwards() {
        List<String> cards = gateway.cards("gift-1000", 1);
        JsonObject body = new JsonObject()
                .put("secret", cards.get(0))
                .put(
                        "items",
                        new JsonArray()
                                .add(new JsonObject().put("item", "video-month").put("quantity", 2)));
        Answer bought = gateway.redeem("video-1", body);
        assertThat(bought.status()).as(bought.text()).isEqualTo(201);
        JsonArray codes = bought.json().getJsonArray("codes");
        assertThat(codes.size()).isEqualTo(2);
        assertThat(codes.getJsonObject(0).getString("code"))
                .isNotEqualTo(codes.getJsonObject(1).getString("code"));
        assertThat(gateway.redeem("video-1", body).text()).isEqualTo(bought.text());
        Answer read =
                gateway.get("/v1/programs/demo/redemptions/" + bought.json().getString("id"), "CF_SECRET_KEY");
        assertThat(read.json().getJsonArray("codes").getJsonObject(0).getString("code"))
                .startsWith("****");
        assertThat(read.text()).doesNotContain(codes.getJsonObject(0).getString("code"));
    }

    @Test
    void a_card_is_looked_up_by_its_secret_or_by_number_and_secret() {
        List<String> cards = gateway.cards("gift-1000", 1);
        Answer found = gateway.send(
                "POST",
                "/v1/programs/demo/cards/lookup",
                "CF_SECRET_KEY",
                new JsonObject().put("secret", " " + cards.get(0).toLowerCase(java.util.Locale.ROOT)));
        assertThat(found.status()).as(found.text()).isEqualTo(200);
        assertThat(found.json().getLong("balance")).isEqualTo(100_000);
        assertThat(found.json().getString("state")).isEqualTo("active");
        assertThat(found.json().getString("card_type")).isEqualTo("gift-1000");
        String number = found.json().getString("number");
        assertThat(found.json().getString("last4")).isEqualTo(number.substring(12));
        Answer wrongNumber = gateway.send(
                "POST",
                "/v1/programs/demo/cards/lookup",
                "CF_SECRET_KEY",
                new JsonObject().put("secret", cards.get(0)).put("number", gateway.env("CF_CARD_NUMBER")));
        assertThat(wrongNumber.status()).isEqualTo(422);
        assertThat(wrongNumber.code()).isEqualTo("card_not_redeemable");
    }

    @Test
    void a_restart_keeps_everything() {
        List<String> cards = gateway.cards("gift-1000", 1);
        gateway.item("keeper", 100, 5, new JsonObject());
        JsonObject body = new JsonObject().put("secret", cards.get(0)).put("item", "keeper");
        Answer before = gateway.redeem("keep-1", body);
        assertThat(before.status()).as(before.text()).isEqualTo(201);
        gateway.restart();
        Answer after = gateway.redeem("keep-1", body);
        assertThat(after.status()).as(after.text()).isEqualTo(201);
        assertThat(after.replayed()).isTrue();
        assertThat(after.text()).isEqualTo(before.text());
        assertThat(gateway.redeem("keep-2", body).json().getJsonObject("card").getLong("balance"))
                .isEqualTo(99_800);
    }
}
