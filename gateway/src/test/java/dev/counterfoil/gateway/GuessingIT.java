package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.guard.Challenges;
import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who guesses is locked out on every gateway, and nobody else is. */
class GuessingIT {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static TwoGateways gateways;
    private static String page;
    private static int network;

    @BeforeAll
    static void open() {
        gateways = new TwoGateways(Map.of(
                "COUNTERFOIL_HTTP_TRUSTED_PROXIES", "127.0.0.1",
                "COUNTERFOIL_GUARD_CHALLENGE_BITS", "10",
                "COUNTERFOIL_LEDGER_SETTLED_WAIT", "10s"));
        gateways.item("crab", new JsonObject().put("CNY", 100), 1_000, new JsonObject());
        page = gateways.newKey("publishable");
        Awaitility.await()
                .until(() -> lookUp(0, page, address(), right()).status() == 200
                        && lookUp(1, page, address(), right()).status() == 200);
    }

    @AfterAll
    static void close() {
        gateways.close();
    }

    private static String right() {
        return gateways.cards(1).get(0);
    }

    /** A secret with a right check character that is nobody's. */
    private static String wrong() {
        return SecretFormat.CROCKFORD.make(RANDOM);
    }

    /** Somebody new each time. */
    private static String address() {
        network++;
        return "198.51." + network / 250 + "." + (1 + network % 250);
    }

    private static Answer redeem(int gateway, String key, String address, String secret) {
        return gateways.send(
                gateway,
                key,
                "/redemptions",
                new JsonObject().put("secret", secret).put("item", "crab"),
                "X-Forwarded-For",
                address);
    }

    private static Answer redeemUnder(String idempotencyKey, String address, String secret, String... headers) {
        List<String> all = new ArrayList<>(List.of("Idempotency-Key", idempotencyKey, "X-Forwarded-For", address));
        all.addAll(List.of(headers));
        return gateways.send(
                        0,
                        "POST",
                        "/v1/programs/" + TwoGateways.PROGRAM + "/redemptions",
                        page,
                        new JsonObject().put("secret", secret).put("item", "crab"),
                        all.toArray(String[]::new))
                .join();
    }

    private static Answer lookUp(int gateway, String key, String address, String secret, String... more) {
        JsonObject body = new JsonObject().put("secret", secret);
        for (int i = 0; i < more.length; i += 2) {
            body.put(more[i], more[i + 1]);
        }
        return gateways.send(gateway, key, "/cards/lookup", body, "X-Forwarded-For", address);
    }

    @Test
    void a_guesser_is_locked_on_both_gateways_while_his_neighbour_on_the_same_key_redeems() {
        String guesser = address();
        int looked = 0;
        for (int i = 0; i < 50; i++) {
            Answer answer = redeem(i % 2, page, guesser, wrong());
            looked += answer.status() == 422 ? 1 : 0;
            if (answer.status() != 422) {
                assertThat(answer.status()).isEqualTo(429);
                assertThat(answer.code()).isEqualTo("too_many_failed_attempts");
                assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
            }
        }
        // The gateway that did not see the tenth may look at one more before it knows.
        assertThat(looked).isBetween(10, 11);
        assertThat(redeem(0, page, address(), right()).status()).isEqualTo(201);
        assertThat(redeem(1, page, address(), right()).status()).isEqualTo(201);
        String card = right();
        Answer valid = redeem(0, page, guesser, card);
        Answer invalid = redeem(0, page, guesser, wrong());
        assertThat(valid.status()).isEqualTo(429);
        assertThat(masked(valid)).isEqualTo(masked(invalid));
        assertThat(lookUp(1, page, guesser, card).status()).isEqualTo(429);
        assertThat(redeem(1, page, address(), card).status()).isEqualTo(201);
    }

    private static String masked(Answer answer) {
        JsonObject body = answer.json();
        body.remove("request_id");
        return body.encode();
    }

    @Test
    void a_lost_201_is_replayed_to_whoever_is_locked_by_now_and_nothing_else_is() {
        String guesser = address();
        String card = right();
        Answer lost = redeemUnder("lost-1", guesser, card);
        assertThat(lost.status()).isEqualTo(201);
        for (int i = 0; i < 10; i++) {
            assertThat(redeem(0, page, guesser, wrong()).status()).isEqualTo(422);
        }
        double refused = refusals();
        assertThat(lookUp(0, page, guesser, card).status()).isEqualTo(429);
        assertThat(refusals()).isEqualTo(refused + 1);
        Answer again = redeemUnder("lost-1", guesser, card);
        assertThat(again.status()).as(again.text()).isEqualTo(201);
        assertThat(again.replayed()).isTrue();
        assertThat(again.text()).isEqualTo(lost.text());
        Answer settled = redeemUnder("lost-1", guesser, card, "Counterfoil-Durability", "settled");
        assertThat(settled.replayed()).isTrue();
        assertThat(settled.json().getString("durability")).isEqualTo("settled");
        assertThat(refusals()).as("nobody was refused").isEqualTo(refused + 1);
        assertThat(redeemUnder("lost-2", guesser, card).status()).isEqualTo(429);
        assertThat(redeemUnder("lost-1", guesser, right()).status()).isEqualTo(429);
        assertThat(redeemUnder("lost-1", guesser, wrong()).status()).isEqualTo(429);
    }

    /** Requests that the first gateway refused because of a lock-out. */
    private static double refusals() {
        return gateways.metrics(0)
                .lines()
                .filter(line -> line.startsWith("counterfoil_guard_locked_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void a_lock_is_known_everywhere_within_a_second_without_another_failure() {
        String guesser = address();
        for (int i = 0; i < 10; i++) {
            assertThat(lookUp(0, page, guesser, wrong()).status()).isEqualTo(422);
        }
        String card = right();
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> lookUp(1, page, guesser, card).status() == 429);
        assertThat(lookUp(0, page, guesser, card).status()).isEqualTo(429);
    }

    @Test
    void one_wrong_secret_typed_again_and_again_counts_once_and_so_does_one_with_a_slip() {
        String customer = address();
        String unknown = wrong();
        for (int i = 0; i < 15; i++) {
            assertThat(redeem(i % 2, page, customer, unknown).status()).isEqualTo(422);
            assertThat(redeem(i % 2, page, customer, "7KQ4-M2XP-9DTR-5WVC-0").status())
                    .isEqualTo(422);
        }
        assertThat(redeem(0, page, customer, right()).status()).isEqualTo(201);
    }

    @Test
    void a_network_of_ipv6_is_one_client() {
        for (int i = 0; i < 10; i++) {
            assertThat(lookUp(0, page, "2001:db8:1:2::" + i, wrong()).status()).isEqualTo(422);
        }
        assertThat(lookUp(0, page, "2001:db8:1:2:3::9", right()).status()).isEqualTo(429);
        assertThat(lookUp(0, page, "2001:db8:1:3::1", right()).status()).isEqualTo(200);
    }

    @Test
    void a_secret_key_is_never_locked_but_the_client_it_names_is() {
        String shop = gateways.newKey("secret");
        Awaitility.await().until(() -> lookUp(0, shop, address(), right()).status() == 200);
        String proxy = address();
        for (int i = 0; i < 30; i++) {
            assertThat(lookUp(0, shop, proxy, wrong()).status()).isEqualTo(422);
        }
        JsonObject body = new JsonObject()
                .put("client", new JsonObject().put("ip", "203.0.113.7").put("device", "d1"));
        for (int i = 0; i < 10; i++) {
            assertThat(gateways.send(0, shop, "/cards/lookup", body.copy().put("secret", wrong()))
                            .status())
                    .isEqualTo(422);
        }
        assertThat(gateways.send(0, shop, "/cards/lookup", body.copy().put("secret", right()))
                        .status())
                .isEqualTo(429);
        body.getJsonObject("client").put("device", "d2");
        assertThat(gateways.send(0, shop, "/cards/lookup", body.copy().put("secret", right()))
                        .status())
                .isEqualTo(200);
        assertThat(lookUp(0, shop, proxy, right()).status()).isEqualTo(200);
        assertThat(gateways.send(0, page, "/cards/lookup", body.copy().put("secret", right()))
                        .status())
                .as("anybody could say to be another")
                .isEqualTo(400);
    }

    @Test
    void a_number_is_locked_for_those_who_present_it_and_its_secret_alone_goes_on() {
        String shop = gateways.newKey("secret");
        Awaitility.await().until(() -> lookUp(0, shop, address(), right()).status() == 200);
        String card = right();
        String number = lookUp(0, shop, address(), card).json().getString("number");
        for (int i = 0; i < 20; i++) {
            assertThat(lookUp(0, shop, address(), wrong(), "number", number).status())
                    .isEqualTo(422);
        }
        assertThat(lookUp(0, shop, address(), card, "number", number).status()).isEqualTo(429);
        assertThat(lookUp(0, shop, address(), card).status()).isEqualTo(200);
        assertThat(redeem(0, page, address(), card).status()).isEqualTo(201);
    }

    @Test
    void one_secret_with_ever_new_numbers_is_ever_another_failure() {
        String guesser = address();
        String secret = wrong();
        for (int i = 0; i < 10; i++) {
            assertThat(lookUp(0, page, guesser, secret, "number", Long.toString(7_000_000_000_000_000L + i))
                            .status())
                    .isEqualTo(422);
        }
        assertThat(lookUp(0, page, guesser, right()).status()).isEqualTo(429);
    }

    @Test
    void a_page_cannot_have_failures_counted_against_an_account_that_it_only_names() {
        JsonArray pay = new JsonArray();
        for (int i = 0; i < 10; i++) {
            pay.add(new JsonObject().put("secret", "7KQ4-M2XP-9DTR-5WVC-" + i));
        }
        JsonObject named = new JsonObject().put("pay", pay).put("item", "crab").put("account", "victim");
        Answer answer = gateways.send(0, page, "/redemptions/preview", named, "X-Forwarded-For", address());
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("\"/account\"");
        named.remove("account");
        assertThat(gateways.send(0, page, "/redemptions/preview", named, "X-Forwarded-For", address())
                        .status())
                .as("several cards with a publishable key")
                .isEqualTo(400);
    }

    @Test
    void one_slip_beside_right_cards_is_one_failure() {
        String shop = gateways.newKey("secret");
        Awaitility.await()
                .until(() -> lookUp(0, shop, address(), right()).status() == 200
                        && lookUp(1, shop, address(), right()).status() == 200);
        List<String> cards = gateways.cards(4);
        JsonObject order = new JsonObject()
                .put("client", new JsonObject().put("ip", "203.0.113.9"))
                .put("amount", new JsonObject().put("value", 500).put("asset", "CNY"));
        for (int i = 0; i < 9; i++) {
            JsonArray pay = new JsonArray().add(new JsonObject().put("secret", wrong()));
            cards.forEach(card -> pay.add(new JsonObject().put("secret", card)));
            assertThat(gateways.send(i % 2, shop, "/redemptions", order.copy().put("pay", pay))
                            .status())
                    .isEqualTo(422);
        }
        JsonArray right = new JsonArray().add(new JsonObject().put("secret", cards.get(0)));
        assertThat(gateways.send(0, shop, "/redemptions", order.copy().put("pay", right))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void past_a_programs_budget_publishable_keys_solve_challenges_and_secret_ones_go_on() throws Exception {
        String admin = gateways.command(
                        "keys", "create", "--issuer", "acme", "--client", "office", "--scopes", "admin,redeem,lookup")
                .lines()
                .get(0);
        Awaitility.await().until(() -> lookUp(0, admin, address(), right()).status() == 200);
        String before = address();
        String paid = right();
        Answer lost = redeemUnder("lost-before-the-challenge", before, paid);
        assertThat(lost.status()).isEqualTo(201);
        assertThat(gateways.patch(admin, new JsonObject().put("limits", new JsonObject().put("failures_daily", 1)))
                        .status())
                .isEqualTo(200);
        try {
            Awaitility.await().until(() -> lookUp(0, page, address(), wrong()).status() == 429);
            String card = right();
            Answer asked = lookUp(0, page, address(), card);
            assertThat(asked.code()).isEqualTo("challenge_required");
            assertThat(redeemUnder("lost-before-the-challenge", before, paid).text())
                    .isEqualTo(lost.text());
            assertThat(lookUp(0, admin, address(), card).status()).isEqualTo(200);
            JsonObject challenge = asked.json().getJsonObject("challenge");
            assertThat(challenge.getInteger("bits")).isEqualTo(10);
            String proof = solve(challenge.getString("token"), 10);
            JsonObject body = new JsonObject().put("secret", card).put("item", "crab");
            String lazy = challenge.getString("token") + ":a";
            assertThat(gateways.send(0, page, "/redemptions", body, "Counterfoil-Proof", lazy)
                            .status())
                    .isIn(429);
            String other = gateways.newKey("publishable");
            Awaitility.await().until(() -> lookUp(0, other, address(), card).status() == 429);
            assertThat(gateways.send(0, other, "/redemptions", body, "Counterfoil-Proof", proof)
                            .code())
                    .as("of another key")
                    .isEqualTo("challenge_required");
            assertThat(gateways.send(1, page, "/redemptions", body, "Counterfoil-Proof", proof)
                            .status())
                    .isEqualTo(201);
            assertThat(gateways.send(0, page, "/redemptions", body, "Counterfoil-Proof", proof)
                            .code())
                    .as("used before, on the other gateway")
                    .isEqualTo("challenge_required");
        } finally {
            assertThat(gateways.patch(admin, new JsonObject().put("limits", new JsonObject()))
                            .status())
                    .isEqualTo(200);
        }
        for (int gateway = 0; gateway < 2; gateway++) {
            int one = gateway;
            Awaitility.await().until(() -> lookUp(one, page, address(), right()).status() == 200);
        }
    }

    private static String solve(String token, int bits) {
        for (int i = 0; ; i++) {
            if (Challenges.zeroBits(token + ":" + i) >= bits) {
                return token + ":" + i;
            }
        }
    }

    @Test
    void an_attempt_that_cannot_be_counted_is_not_answered_as_one_that_was() {
        String guesser = address();
        TwoGateways.redis("ACL SETUSER gateway0 -evalsha -eval");
        try {
            assertThat(lookUp(0, page, guesser, "7KQ4-M2XP-9DTR-5WVC-0").status())
                    .isEqualTo(503);
        } finally {
            TwoGateways.redis("ACL SETUSER gateway0 +@all");
        }
    }
}
