package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Captures, releases, reversals and expiries that meet in two gateways: value returns once, whoever comes first or dies. */
class AfterSaleRacesIT {
    private static final Pattern EXPIRED = Pattern.compile("(?m)^counterfoil_holds_expired_total (\\S+)$");
    private static final int CARDS = 6;
    private static final int HOLDS = 60;
    private static TwoGateways gateways;

    @BeforeAll
    static void start() {
        gateways = new TwoGateways();
    }

    @AfterAll
    static void stop() {
        gateways.close();
    }

    @AfterEach
    void reconcile() {
        gateways.reconcile();
    }

    private static void item(String sku, JsonObject limits) {
        gateways.item(sku, new JsonObject().put("CNY", 1_000), 100, limits);
    }

    private static long units(int gateway, String sku) {
        String path = "/items/" + sku + "/stock";
        Answer more = gateways.post(gateway, path, RunningGateway.key(), new JsonObject().put("delta", 1))
                .join();
        Answer less = gateways.post(gateway, path, RunningGateway.key(), new JsonObject().put("delta", -1))
                .join();
        assertThat(more.status()).as(more.text()).isEqualTo(201);
        return less.json().getLong("units");
    }

    private static JsonObject order(String secret, String sku, int quantity) {
        return new JsonObject().put("secret", secret).put("item", sku).put("quantity", quantity);
    }

    private static JsonObject held(JsonObject order, int seconds) {
        return order.put("hold", new JsonObject().put("seconds", seconds));
    }

    private static Answer redeemed(int gateway, JsonObject order) {
        Answer answer = gateways.redeem(gateway, RunningGateway.key(), order).join();
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer;
    }

    private static String path(Answer redemption) {
        return "/redemptions/" + redemption.json().getString("id");
    }

    /** Sends so many steps at once, each under a key of its own, by turns to one gateway and the other. */
    private static List<Answer> race(Answer redemption, int racers, IntFunction<String> verb) {
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < racers; i++) {
            JsonObject body =
                    verb.apply(i).equals("reverse") ? new JsonObject().put("reason", "returned") : new JsonObject();
            sent.add(gateways.post(i % 2, path(redemption) + "/" + verb.apply(i), RunningGateway.key(), body));
        }
        return sent.stream().map(CompletableFuture::join).toList();
    }

    private static long count(List<Answer> answers, int status) {
        return answers.stream().filter(answer -> answer.status() == status).count();
    }

    /** The codes of all other answers, each once. */
    private static List<String> refusals(List<Answer> answers, int success) {
        return answers.stream()
                .filter(answer -> answer.status() != success)
                .map(Answer::code)
                .distinct()
                .toList();
    }

    private static JsonObject card(int gateway, String secret) {
        return gateways.lookUp(gateway, secret).join().json();
    }

    private static void assertOnCard(int gateway, String secret, long balance) {
        JsonObject card = card(gateway, secret);
        assertThat(card.getLong("balance")).isEqualTo(balance);
        assertThat(card.getLong("held")).isZero();
    }

    @Test
    void of_parallel_full_reversals_each_under_its_own_key_one_gives_back() {
        item("crab", new JsonObject());
        for (int round = 0; round < 5; round++) {
            String card = gateways.cards(1).get(0);
            Answer bought = redeemed(round % 2, order(card, "crab", 5));
            List<Answer> answers = race(bought, 32, i -> "reverse");
            assertThat(count(answers, 201)).isEqualTo(1);
            assertThat(refusals(answers, 201)).containsExactly("exceeds_remaining");
            assertOnCard(0, card, 100_000);
            assertThat(units(1, "crab")).isEqualTo(100);
            assertThat(gateways.get(1, path(bought)).json().getLong("reversed_quantity"))
                    .isEqualTo(5);
        }
    }

    @Test
    void of_parallel_captures_and_releases_one_ends_the_hold_and_a_reversal_follows_a_capture_only() {
        item("tea", new JsonObject());
        long sold = 0;
        for (int round = 0; round < 10; round++) {
            String card = gateways.cards(1).get(0);
            Answer hold = redeemed(round % 2, held(order(card, "tea", 5), 600));
            List<Answer> answers =
                    race(hold, 30, i -> List.of("capture", "release", "reverse").get(i % 3));
            List<Answer> captures = every(answers, 0);
            List<Answer> releases = every(answers, 1);
            List<Answer> reversals = every(answers, 2);
            assertThat(count(captures, 200) + count(releases, 200)).isEqualTo(1);
            assertThat(count(reversals, 201)).isBetween(0L, count(captures, 200));
            assertThat(refusals(captures, 200)).isSubsetOf("hold_not_open");
            assertThat(refusals(releases, 200)).isSubsetOf("hold_not_open");
            assertThat(refusals(reversals, 201)).isSubsetOf("exceeds_remaining");
            long kept = 5 * (count(captures, 200) - count(reversals, 201));
            sold += kept;
            assertOnCard(1, card, 100_000 - 1_000 * kept);
            assertThat(units(0, "tea")).isEqualTo(100 - sold);
            String status = gateways.get(0, path(hold)).json().getString("status");
            assertThat(status).isEqualTo(count(captures, 200) == 1 ? "posted" : "released");
            assertThat(gateways.get(1, path(hold)).json().getString("status")).isEqualTo(status);
        }
    }

    private static List<Answer> every(List<Answer> answers, int third) {
        return IntStream.range(0, answers.size())
                .filter(i -> i % 3 == third)
                .mapToObj(answers::get)
                .toList();
    }

    /** Holds of one unit, by turns on each card and, where {@code gateway} is -1, through each gateway. */
    private static List<Answer> holds(List<String> cards, String sku, int gateway, int seconds) {
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < HOLDS; i++) {
            JsonObject order = held(order(cards.get(i % cards.size()), sku, 1), seconds);
            sent.add(gateways.redeem(
                    gateway < 0 ? i / CARDS % 2 : gateway, RunningGateway.key(), order.put("account", sku)));
        }
        List<Answer> holds = sent.stream().map(CompletableFuture::join).toList();
        assertThat(holds.stream().map(Answer::status).distinct()).containsExactly(201);
        return holds;
    }

    /** Redis stands still while the holds come due, for longer than a sweep, so that both gateways find all of them at once. */
    private static void meetAtTheDeadline(List<Answer> holds) throws InterruptedException {
        List<Instant> deadlines = holds.stream()
                .map(hold -> hold.json().getJsonObject("hold").getString("expires_at"))
                .map(Instant::parse)
                .sorted()
                .toList();
        sleepUntil(deadlines.get(0).minusMillis(100));
        try {
            Servers.redis().pause();
            Thread.sleep(1_200);
            sleepUntil(deadlines.get(holds.size() - 1));
        } finally {
            Servers.redis().resume();
        }
    }

    private static void sleepUntil(Instant then) throws InterruptedException {
        Thread.sleep(Math.max(0, Duration.between(Instant.now(), then).toMillis()));
    }

    private static long expired(int gateway) {
        Matcher counter = EXPIRED.matcher(gateways.metrics(gateway));
        assertThat(counter.find()).isTrue();
        return (long) Double.parseDouble(counter.group(1));
    }

    private static void awaitNothingHeld(int gateway, List<String> cards) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .until(() ->
                        cards.stream().allMatch(secret -> card(gateway, secret).getLong("held") == 0));
    }

    /** That each hold has returned, all of it and once, is still so two sweeps later, and is what the books say of each card. */
    private static void assertReturnedOnce(int gateway, List<String> cards, String sku, List<Answer> holds) {
        await().during(Duration.ofMillis(2_500))
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> cards.forEach(secret -> assertOnCard(gateway, secret, 100_000)));
        assertThat(units(gateway, sku)).isEqualTo(100);
        assertThat(holds.stream()
                        .map(hold -> gateways.get(gateway, path(hold)).json().getString("status"))
                        .distinct())
                .containsExactly("expired");
        for (String secret : cards) {
            String moved = "/cards/" + card(gateway, secret).getString("id") + "/transactions?limit=200";
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(gateways.get(gateway, moved).json().getJsonArray("data").stream()
                                    .map(one -> ((JsonObject) one).getString("type"))
                                    .sorted())
                            .containsExactlyElementsOf(types()));
        }
    }

    /** What moves a card that is made and pays its part of the holds, which expire. */
    private static List<String> types() {
        List<String> types = new ArrayList<>();
        IntStream.range(0, HOLDS / CARDS).forEach(i -> types.add("expiry"));
        types.add("issue");
        IntStream.range(0, HOLDS / CARDS).forEach(i -> types.add("redemption"));
        return types;
    }

    @Test
    void holds_that_both_gateways_see_expire_return_once_each() throws InterruptedException {
        item("ink", new JsonObject().put("per_account_daily", HOLDS));
        List<String> cards = gateways.cards(CARDS);
        long before = expired(0) + expired(1);
        List<Answer> holds = holds(cards, "ink", -1, 3);
        meetAtTheDeadline(holds);
        awaitNothingHeld(0, cards);
        assertReturnedOnce(1, cards, "ink", holds);
        assertThat(expired(0) + expired(1)).isEqualTo(before + HOLDS);
        assertThat(redeemed(0, order(cards.get(0), "ink", HOLDS).put("account", "ink"))
                        .status())
                .isEqualTo(201);
        assertThat(gateways.redeem(
                                1,
                                RunningGateway.key(),
                                order(cards.get(1), "ink", 1).put("account", "ink"))
                        .join()
                        .code())
                .isEqualTo("quota_exceeded");
    }

    @Test
    void holds_return_once_through_the_gateway_that_is_left_when_the_other_loses_redis_as_they_expire()
            throws InterruptedException {
        item("pen", new JsonObject());
        List<String> cards = gateways.cards(CARDS);
        List<Answer> holds = holds(cards, "pen", -1, 3);
        meetAtTheDeadline(holds);
        try {
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() ->
                            cards.stream().anyMatch(secret -> card(1, secret).getLong("held") < 10_000));
            gateways.shutOut(0);
            assertThat(gateways.lookUp(0, cards.get(0)).join().status()).isEqualTo(503);
            awaitNothingHeld(1, cards);
        } finally {
            gateways.letIn(0);
        }
        gateways.awaitBoth();
        assertReturnedOnce(0, cards, "pen", holds);
    }

    @Test
    void holds_of_a_gateway_that_was_stopped_return_once_through_the_other() throws InterruptedException {
        item("mug", new JsonObject());
        List<String> cards = gateways.cards(CARDS);
        // The other looks no more at a program that nothing was posted to through it, until it looks at all of them.
        Thread.sleep(2_500);
        List<Answer> holds = holds(cards, "mug", 0, 3);
        long before = expired(1);
        gateways.stop(0);
        try {
            awaitNothingHeld(1, cards);
            assertThat(expired(1)).isPositive().isBetween(before, before + HOLDS);
        } finally {
            gateways.start(0);
        }
        gateways.awaitBoth();
        assertReturnedOnce(0, cards, "mug", holds);
    }
}
