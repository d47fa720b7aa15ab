package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.secrets.SecretFormat;
import dev.counterfoil.ledger.testing.RedisWire;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a publishable key is told of a card that it cannot redeem: nothing. Every refusal is the same in status, headers and bytes,
 * and comes of the same commands of Redis. {@code RefusalTimingBench} measures the time.
 */
class UntoldCardsIT {
    /** What an attempt itself does in Redis, apart from what gateways do all the time. */
    private static final List<String> OWN =
            List.of(":card:", ":idem:", ":item:", "guess:{", "failures:{", ":looked-up:");

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static TwoGateways gateways;
    private static String page;
    private static final Map<String, String> CARDS = new TreeMap<>();
    private static int network;

    @BeforeAll
    static void open() {
        gateways = new TwoGateways(Map.of("COUNTERFOIL_HTTP_TRUSTED_PROXIES", "127.0.0.1"));
        gateways.item("crab", new JsonObject().put("CNY", 100), 1_000, new JsonObject());
        gateways.item("yacht", new JsonObject().put("CNY", 100_000_000), 1_000, new JsonObject());
        gateways.item("once", new JsonObject().put("CNY", 1), 1_000, new JsonObject().put("per_card_daily", 1));
        page = gateways.newKey("publishable");
        CARDS.put("unknown", SecretFormat.CROCKFORD.make(new SecureRandom()));
        CARDS.put("frozen", changed("freeze"));
        CARDS.put("void", changed("void"));
        CARDS.put("inactive", inactive());
        Awaitility.await().until(() -> lookUp(CARDS.get("unknown")).status() == 422);
        // Both gateways have loaded their scripts by then, and the guard's of this one.
        assertThat(redeem(CARDS.get("unknown"), "crab").status()).isEqualTo(422);
    }

    @AfterAll
    static void close() {
        gateways.close();
    }

    private static String changed(String how) {
        String secret = gateways.cards(1).get(0);
        String number = gateways.lookUp(0, secret).join().json().getString("number");
        JsonObject body = new JsonObject().put("number", number).put("reason", "test");
        Answer answer =
                gateways.post(0, "/cards/" + how, RunningGateway.key(), body).join();
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return secret;
    }

    private static String inactive() {
        JsonObject batch =
                new JsonObject().put("card_type", "gift").put("count", 1).put("state", "inactive");
        Answer answer =
                gateways.post(0, "/batches", RunningGateway.key(), batch).join();
        return new JsonObject(answer.text().lines().findFirst().orElseThrow()).getString("secret");
    }

    private static String[] from() {
        network++;
        return new String[] {"X-Forwarded-For", "203.0." + network / 250 + "." + (1 + network % 250)};
    }

    private static Answer redeem(String secret, String item) {
        return gateways.send(
                0, page, "/redemptions", new JsonObject().put("secret", secret).put("item", item), from());
    }

    private static Answer lookUp(String secret) {
        return gateways.send(0, page, "/cards/lookup", new JsonObject().put("secret", secret), from());
    }

    @Test
    void refusals_are_the_same_bytes_headers_and_commands_whatever_is_wrong_with_the_card() throws IOException {
        Map<String, String> redemptions = new TreeMap<>();
        for (Map.Entry<String, String> card : CARDS.entrySet()) {
            redemptions.put(card.getKey(), told(() -> redeem(card.getValue(), "crab")));
        }
        String active = gateways.cards(1).get(0);
        redemptions.put("too little on it", told(() -> redeem(active, "yacht")).replace("yacht", "crab"));
        redemptions.put("frozen, asked again", told(() -> redeem(CARDS.get("frozen"), "crab")));
        assertThat(redemptions)
                .allSatisfy((what, told) -> assertThat(told)
                        .as(what)
                        .isEqualTo(redemptions.get("unknown"))
                        .startsWith("422 ")
                        .contains("HMGET card", "FCALL", "EVALSHA guess", "EVALSHA failures"));

        Map<String, String> lookups = new TreeMap<>();
        for (Map.Entry<String, String> card : CARDS.entrySet()) {
            lookups.put(card.getKey(), told(() -> lookUp(card.getValue()), 1));
            lookups.put(card.getKey() + ", asked again", told(() -> lookUp(card.getValue()), 1));
        }
        assertThat(lookups)
                .allSatisfy((what, told) -> assertThat(told)
                        .as(what)
                        .isEqualTo(lookups.get("unknown"))
                        .contains("EVALSHA looked-up, INCR looked-up, PEXPIRE looked-up"));
        assertThat(lookUp(active).json().getLong("balance")).isEqualTo(100_000);
    }

    @Test
    void what_is_asked_of_an_inactive_card_is_counted_on_it_for_its_issuer() {
        JsonObject batch =
                new JsonObject().put("card_type", "gift").put("count", 2).put("state", "inactive");
        List<JsonObject> made = gateways.post(0, "/batches", RunningGateway.key(), batch)
                .join()
                .text()
                .lines()
                .map(JsonObject::new)
                .toList();
        String secret = made.get(0).getString("secret");
        assertThat(lookUp(secret).code()).isEqualTo("card_not_redeemable");
        assertThat(gateways.lookUp(1, secret).join().json().getString("state")).isEqualTo("inactive");
        JsonObject order = new JsonObject().put("secret", secret).put("item", "crab");
        String key = RunningGateway.key();
        for (int time = 0; time < 2; time++) {
            assertThat(gateways.redeem(1, key, order).join().code()).isEqualTo("card_inactive");
        }
        assertThat(gateways.post(1, "/redemptions/preview", RunningGateway.key(), order)
                        .join()
                        .code())
                .isEqualTo("card_inactive");
        String list = "/cards?batch=" + made.get(2).getString("batch");
        Awaitility.await().untilAsserted(() -> {
            JsonArray cards = gateways.get(0, list).json().getJsonArray("data");
            assertThat(cards.stream().map(card -> ((JsonObject) card).getLong("inactive_lookups")))
                    .containsExactly(4L, 0L);
        });
        JsonObject first = gateways.get(1, list).json().getJsonArray("data").getJsonObject(0);
        assertThat(gateways.get(1, "/cards/" + first.getString("id")).json().getLong("inactive_lookups"))
                .isEqualTo(4);
    }

    @Test
    void a_refusal_is_not_final_for_its_key_and_what_is_known_without_the_card_is_told() {
        String secret = changed("freeze");
        assertThat(redeem(secret, "crab").json().getBoolean("retryable")).isTrue();
        String card = gateways.cards(1).get(0);
        JsonObject body =
                new JsonObject().put("secret", card).put("item", "crab").put("expected_total", 99);
        assertThat(gateways.send(0, page, "/redemptions", body, from()).code()).isEqualTo("price_changed");
        assertThat(redeem(card, "once").status()).isEqualTo(201);
        assertThat(redeem(card, "once").code())
                .as("what was redeemed with it today says that there is a card")
                .isEqualTo("card_not_redeemable");
    }

    @Test
    void what_succeeds_asks_redis_no_more_than_it_did_without_a_guard() throws IOException {
        String card = gateways.cards(1).get(0);
        assertThat(told(() -> redeem(card, "crab"))).startsWith("201 ").doesNotContain("guess", "failures");
        assertThat(told(() -> lookUp(card))).startsWith("200 ").doesNotContain("guess", "failures");
    }

    private static String told(Supplier<Answer> ask) throws IOException {
        return told(ask, 0);
    }

    /**
     * Status, headers, body and the commands of Redis, without what differs from request to request.
     *
     * @param countsAfter how many look-ups are counted after the answer: they are waited for
     */
    private static String told(Supplier<Answer> ask, int countsAfter) throws IOException {
        try (RedisWire monitor = RedisWire.to(Servers.redisUri())) {
            assertThat(monitor.send("MONITOR")).isEqualTo("+OK");
            Answer answer = ask.get();
            List<String> commands = new ArrayList<>();
            int counts = 0;
            long begun = System.nanoTime();
            while (counts < countsAfter && System.nanoTime() - begun < PATIENCE.toNanos()) {
                String line = monitor.line();
                commands.add(line);
                counts += line.contains("\"PEXPIRE\"") && line.contains(":looked-up:") ? 1 : 0;
            }
            TwoGateways.redis("ECHO that-was-it");
            for (String line = monitor.line(); !line.contains("that-was-it"); line = monitor.line()) {
                commands.add(line);
            }
            Map<String, List<String>> headers =
                    new TreeMap<>(answer.response().headers().map());
            List.of("x-request-id", "date", "ratelimit").forEach(headers::remove);
            return answer.status() + " " + headers + " "
                    + answer.text().replaceAll("\"request_id\":\"[a-z0-9]+\"", "") + " "
                    + commands.stream()
                            .filter(line -> OWN.stream().anyMatch(line::contains))
                            .map(UntoldCardsIT::kind)
                            .collect(Collectors.joining(", "));
        }
    }

    /** The command, and what kinds of keys it names. */
    private static String kind(String line) {
        String command = line.replaceAll("^\\S+ \\[[^]]*] \"(\\w+)\".*", "$1");
        return command
                + OWN.stream()
                        .filter(line::contains)
                        .map(own -> " " + own.replaceAll("[:{]", ""))
                        .collect(Collectors.joining());
    }
}
