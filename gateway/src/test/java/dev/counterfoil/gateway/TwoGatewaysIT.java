package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Racers through two gateways, over HTTP: the counts are as exact as through one, and the books balance. */
class TwoGatewaysIT {
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

    /** Sends all at once, by turns to one gateway and the other. */
    private static List<Answer> race(int racers, IntFunction<String> key, IntFunction<JsonObject> body) {
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < racers; i++) {
            sent.add(gateways.redeem(i % 2, key.apply(i), body.apply(i)));
        }
        return sent.stream().map(CompletableFuture::join).toList();
    }

    private static JsonObject price(long fen) {
        return new JsonObject().put("CNY", fen);
    }

    private static JsonObject redemption(String secret, String sku) {
        return new JsonObject().put("secret", secret).put("item", sku);
    }

    private static long count(List<Answer> answers, String code) {
        return answers.stream()
                .filter(answer -> answer.status() != 201 && answer.code().equals(code))
                .count();
    }

    private static long posted(List<Answer> answers) {
        return answers.stream().filter(answer -> answer.status() == 201).count();
    }

    private static long balance(String secret) {
        return gateways.lookUp(0, secret).join().json().getLong("balance");
    }

    @Test
    void a_thousand_racers_for_a_hundred_units_get_exactly_a_hundred() {
        gateways.item("crab", price(100), 100, new JsonObject());
        List<String> cards = gateways.cards(20);
        List<Answer> answers = race(1_000, i -> "crab-" + i, i -> redemption(cards.get(i % 20), "crab"));
        assertThat(posted(answers)).isEqualTo(100);
        assertThat(count(answers, "insufficient_stock")).isEqualTo(900);
        assertThat(cards.stream().mapToLong(TwoGatewaysIT::balance).sum()).isEqualTo(20 * 100_000 - 100 * 100);
        Answer one = gateways.post(1, "/items/crab/stock", RunningGateway.key(), new JsonObject().put("delta", 1))
                .join();
        assertThat(one.json().getLong("units")).isEqualTo(1);
    }

    @Test
    void racers_on_one_card_spend_exactly_what_it_holds() {
        gateways.item("tea", price(3_700), 1_000, new JsonObject());
        String card = gateways.cards(1).get(0);
        List<Answer> answers = race(64, i -> "tea-" + i, i -> redemption(card, "tea"));
        assertThat(posted(answers)).isEqualTo(27);
        assertThat(count(answers, "insufficient_balance")).isEqualTo(37);
        assertThat(balance(card)).isEqualTo(100_000 - 27 * 3_700);
    }

    @Test
    void one_key_sent_by_sixty_four_racers_through_both_gateways_posts_once_and_all_read_the_same() {
        gateways.item("pen", price(500), 1_000, new JsonObject());
        String card = gateways.cards(1).get(0);
        List<Answer> answers = race(64, i -> "same", i -> redemption(card, "pen"));
        assertThat(posted(answers)).isEqualTo(64);
        assertThat(answers.stream().filter(answer -> !answer.replayed()).count())
                .isEqualTo(1);
        assertThat(answers.stream().map(Answer::text).collect(Collectors.toSet()))
                .hasSize(1);
        assertThat(balance(card)).isEqualTo(99_500);
    }

    @Test
    void racers_of_one_account_get_exactly_the_days_limit() {
        gateways.item("ink", price(500), 1_000, new JsonObject().put("per_account_daily", 10));
        List<String> cards = gateways.cards(8);
        List<Answer> answers = race(
                64, i -> "ink-" + i, i -> redemption(cards.get(i % 8), "ink").put("account", "u_1"));
        assertThat(posted(answers)).isEqualTo(10);
        assertThat(count(answers, "quota_exceeded")).isEqualTo(54);
        assertThat(cards.stream().mapToLong(TwoGatewaysIT::balance).sum()).isEqualTo(8 * 100_000 - 10 * 500);
    }

    @Test
    void a_checkout_of_two_cards_and_points_and_rivals_for_each_part_are_whole_or_undone() {
        gateways.item("mug", price(16_000), 1_000, new JsonObject());
        gateways.item("cap", new JsonObject().put("points", 230), 1_000, new JsonObject());
        List<String> cards = gateways.cards(2);
        Answer filled = gateways.post(
                        0,
                        "/accounts/u_2/adjustments",
                        "points",
                        new JsonObject()
                                .put("asset", "points")
                                .put("delta", 2_000)
                                .put("reason", "test"))
                .join();
        assertThat(filled.status()).as(filled.text()).isEqualTo(201);
        // Alone, since the rivals may be quick enough to leave no race to any checkout.
        assertThat(gateways.post(0, "/redemptions", "checkout", rival(0, cards))
                        .join()
                        .status())
                .isEqualTo(201);
        List<Answer> answers = race(120, i -> "rival-" + i, i -> rival(i % 4, cards));
        long checkouts = 1 + posted(every(answers, 0));
        long mugs = posted(every(answers, 1)) + posted(every(answers, 2));
        long caps = posted(every(answers, 3));
        assertThat(posted(answers) + count(answers, "insufficient_balance")).isEqualTo(120);
        assertThat(balance(cards.get(0)) + balance(cards.get(1)))
                .isEqualTo(200_000 - 16_000 * (checkouts + mugs))
                .isNotNegative();
        JsonObject account = gateways.get(1, "/accounts/u_2").json();
        assertThat(account.getJsonArray("balances").getJsonObject(0).getLong("balance"))
                .isEqualTo(2_000 - 230 * (checkouts + caps))
                .isBetween(0L, 229L);
    }

    private static List<Answer> every(List<Answer> answers, int fourth) {
        List<Answer> some = new ArrayList<>();
        for (int i = fourth; i < answers.size(); i += 4) {
            some.add(answers.get(i));
        }
        return some;
    }

    private static JsonObject rival(int kind, List<String> cards) {
        JsonObject points = new JsonObject().put("account", "u_2").put("asset", "points");
        JsonArray items =
                new JsonArray().add(new JsonObject().put("item", "mug")).add(new JsonObject().put("item", "cap"));
        JsonArray pay = new JsonArray();
        cards.forEach(card -> pay.add(new JsonObject().put("secret", card)));
        return switch (kind) {
            case 0 -> new JsonObject().put("pay", pay.add(points)).put("items", items);
            case 3 -> new JsonObject().put("pay", new JsonArray().add(points)).put("item", "cap");
            default -> redemption(cards.get(kind - 1), "mug");
        };
    }
}
