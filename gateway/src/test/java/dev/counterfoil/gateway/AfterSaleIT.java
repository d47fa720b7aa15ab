package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds and reversals over HTTP, on real servers: what was taken returns once, to where it came from. */
class AfterSaleIT {
    private static final String PROGRAM = "/v1/programs/demo";
    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir
    static Path folder;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.onSharedServers(folder.resolve("data"));
        CommandLineRun made = CommandLineRun.of(
                environment(),
                "keys",
                "create",
                "--client",
                "returns",
                "--issuer",
                "demo",
                "--scopes",
                "reverse,issue,read");
        assertThat(made.status()).as(made.err()).isZero();
        gateway.keep("REVERSING_ISSUER", made.lines().get(0));
        // The gateway reads keys twice a second.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> gateway.get(PROGRAM + "/redemptions", "REVERSING_ISSUER")
                                .status()
                        == 200);
    }

    @AfterAll
    static void everythingBalances() {
        try {
            CommandLineRun reconcile = CommandLineRun.of(environment(), "reconcile");
            assertThat(reconcile.status()).as(reconcile.out() + reconcile.err()).isZero();
        } finally {
            gateway.close();
        }
    }

    private static Map<String, String> environment() {
        return gateway.environment();
    }

    /** An item of its own for a test: its sku. */
    private static String item(long price, long units, JsonObject limits) {
        String sku = "thing-" + NAMES.incrementAndGet();
        gateway.item(sku, price, units, limits);
        return sku;
    }

    private static String card() {
        return gateway.cards("gift-1000", 1).get(0);
    }

    private static JsonObject order(String secret, String sku, int quantity) {
        return new JsonObject().put("secret", secret).put("item", sku).put("quantity", quantity);
    }

    private static JsonObject held(JsonObject order, int seconds) {
        return order.put("hold", new JsonObject().put("seconds", seconds));
    }

    private static Answer redeemed(JsonObject order) {
        Answer answer = gateway.redeem(RunningGateway.key(), order);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer;
    }

    private static String id(Answer answer) {
        return answer.json().getString("id");
    }

    private static Answer step(Answer redemption, String verb, JsonObject body) {
        return step(RunningGateway.key(), redemption, verb, body);
    }

    private static Answer step(String key, Answer redemption, String verb, JsonObject body) {
        String by = body.containsKey("return_codes") ? "REVERSING_ISSUER" : "CF_SECRET_KEY";
        return gateway.post(PROGRAM + "/redemptions/" + id(redemption) + "/" + verb, by, key, body);
    }

    private static JsonObject reason() {
        return new JsonObject().put("reason", "returned");
    }

    private static Answer now(Answer redemption) {
        return gateway.get(PROGRAM + "/redemptions/" + id(redemption), "CF_SECRET_KEY");
    }

    private static JsonObject lookUp(String secret) {
        return gateway.send("POST", PROGRAM + "/cards/lookup", "CF_SECRET_KEY", new JsonObject().put("secret", secret))
                .json();
    }

    private static long units(String sku) {
        String path = PROGRAM + "/items/" + sku + "/stock";
        Answer more = gateway.post(path, "CF_ISSUER_KEY", RunningGateway.key(), new JsonObject().put("delta", 1));
        Answer less = gateway.post(path, "CF_ISSUER_KEY", RunningGateway.key(), new JsonObject().put("delta", -1));
        assertThat(more.status()).isEqualTo(201);
        return less.json().getLong("units");
    }

    private static long value(JsonObject body, String name) {
        return body.getJsonObject(name).getLong("value");
    }

    @Test
    void a_hold_sets_value_aside_and_its_capture_spends_it() {
        String card = card();
        String sku = item(30_000, 10, new JsonObject());
        Answer hold = redeemed(held(order(card, sku, 2), 600));
        assertThat(hold.json().getString("status")).isEqualTo("held");
        assertThat(hold.json().getJsonObject("hold").getString("expires_at")).isNotNull();
        assertThat(lookUp(card).getLong("balance")).isEqualTo(40_000);
        assertThat(lookUp(card).getLong("held")).isEqualTo(60_000);
        assertThat(units(sku)).isEqualTo(8);

        String key = RunningGateway.key();
        Answer captured = step(key, hold, "capture", new JsonObject());
        assertThat(captured.status()).as(captured.text()).isEqualTo(200);
        assertThat(captured.json().getString("status")).isEqualTo("posted");
        assertThat(captured.json().getLong("captured_quantity")).isEqualTo(2);
        assertThat(captured.json().getLong("reversed_quantity")).isZero();
        assertThat(value(captured.json(), "captured_amount")).isEqualTo(60_000);
        assertThat(lookUp(card).getLong("held")).isZero();
        assertThat(lookUp(card).getLong("balance")).isEqualTo(40_000);
        assertThat(step(hold, "capture", new JsonObject()).code()).isEqualTo("hold_not_open");
        assertThat(step(hold, "release", new JsonObject()).code()).isEqualTo("hold_not_open");

        assertThat(step(hold, "reverse", reason().put("quantity", 1)).status()).isEqualTo(201);
        Answer again = step(key, hold, "capture", new JsonObject());
        assertThat(again.replayed()).isTrue();
        assertThat(again.text()).isEqualTo(captured.text());
        assertThat(now(hold).json().getLong("reversed_quantity")).isEqualTo(1);
        assertThat(now(hold).json().getLong("captured_quantity")).isEqualTo(2);
        assertThat(step(hold, "reverse", reason().put("quantity", 2)).code()).isEqualTo("exceeds_remaining");
        assertThat(step(hold, "reverse", reason()).status()).isEqualTo(201);
        assertThat(lookUp(card).getLong("balance")).isEqualTo(100_000);
        assertThat(units(sku)).isEqualTo(10);
    }

    @Test
    void a_capture_of_a_part_returns_the_rest() {
        String card = card();
        String sku = item(10_000, 10, new JsonObject());
        Answer hold = redeemed(held(order(card, sku, 3), 600));
        Answer captured = step(hold, "capture", new JsonObject().put("quantity", 1));
        assertThat(captured.json().getLong("captured_quantity")).isEqualTo(1);
        assertThat(value(captured.json(), "captured_amount")).isEqualTo(10_000);
        assertThat(captured.json().getJsonObject("card").getLong("balance")).isEqualTo(90_000);
        assertThat(lookUp(card).getLong("balance")).isEqualTo(90_000);
        assertThat(lookUp(card).getLong("held")).isZero();
        assertThat(units(sku)).isEqualTo(9);
        assertThat(step(hold, "reverse", reason().put("quantity", 2)).code()).isEqualTo("exceeds_remaining");

        Answer other = redeemed(held(order(card, sku, 3), 600));
        assertThat(step(other, "capture", new JsonObject().put("amount", 30_001))
                        .code())
                .isEqualTo("exceeds_remaining");
        Answer less = step(other, "capture", new JsonObject().put("amount", 25_000));
        assertThat(value(less.json(), "captured_amount")).isEqualTo(25_000);
        assertThat(less.json().getLong("captured_quantity")).isEqualTo(3);
        assertThat(lookUp(card).getLong("balance")).isEqualTo(65_000);
        Answer rest = step(other, "reverse", reason());
        assertThat(value(rest.json(), "amount")).isEqualTo(25_000);
    }

    @Test
    void a_hold_counts_against_limits_until_it_is_released() {
        String card = card();
        String sku = item(1_000, 10, new JsonObject().put("per_account_daily", 2));
        JsonObject order = order(card, sku, 2).put("account", "u_" + sku);
        Answer hold = redeemed(held(order.copy(), 600));
        assertThat(gateway.redeem(RunningGateway.key(), order.copy()).code()).isEqualTo("quota_exceeded");
        Answer released = step(hold, "release", new JsonObject());
        assertThat(released.status()).isEqualTo(200);
        assertThat(released.json().getString("status")).isEqualTo("released");
        assertThat(now(hold).json().getString("status")).isEqualTo("released");
        assertThat(lookUp(card).getLong("balance")).isEqualTo(100_000);
        assertThat(units(sku)).isEqualTo(10);
        assertThat(step(hold, "reverse", reason()).code()).isEqualTo("exceeds_remaining");
        Answer bought = redeemed(order.copy());
        assertThat(step(bought, "reverse", reason().put("quantity", 1)).status())
                .isEqualTo(201);
        assertThat(gateway.redeem(RunningGateway.key(), order.copy()).code()).isEqualTo("quota_exceeded");
        assertThat(redeemed(order.copy().put("quantity", 1)).status()).isEqualTo(201);
    }

    @Test
    void what_is_held_returns_at_its_deadline_once() {
        String card = card();
        String sku = item(1_000, 10, new JsonObject());
        Answer hold = redeemed(held(order(card, sku, 2), 1));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> now(hold).json().getString("status").equals("expired"));
        assertThat(lookUp(card).getLong("balance")).isEqualTo(100_000);
        assertThat(lookUp(card).getLong("held")).isZero();
        assertThat(units(sku)).isEqualTo(10);
        assertThat(step(hold, "capture", new JsonObject()).code()).isEqualTo("hold_not_open");
        await().atMost(Duration.ofSeconds(10)).until(() -> statusListed(hold, "expired"));
        assertThat(statusListed(hold, "posted")).isFalse();
    }

    private static boolean statusListed(Answer redemption, String status) {
        Answer page = gateway.get(PROGRAM + "/redemptions?limit=200&status=" + status, "CF_SECRET_KEY");
        return page.json().getJsonArray("data").stream()
                .anyMatch(one -> ((JsonObject) one).getString("id").equals(id(redemption)));
    }

    @Test
    void held_codes_are_shown_to_nobody_and_only_those_captured_ever_are() {
        String card = card();
        JsonObject order = order(card, "video-month", 3);
        Answer hold = redeemed(held(order, 600));
        assertThat(hold.json().getJsonArray("codes")).isEmpty();
        assertThat(now(hold).json().getJsonArray("codes")).isEmpty();
        Answer captured = step(hold, "capture", new JsonObject().put("quantity", 1));
        JsonArray codes = captured.json().getJsonArray("codes");
        assertThat(codes).hasSize(1);
        assertThat(now(hold).json().getJsonArray("codes")).hasSize(1);
        Answer back = step(hold, "reverse", reason());
        assertThat(back.status()).isEqualTo(201);
        assertThat(lookUp(card).getLong("balance")).isEqualTo(100_000);
        Answer two = redeemed(order(card, "video-month", 2));
        assertThat(step(two, "reverse", reason().put("quantity", 1)).status()).isEqualTo(201);
        Answer returned = step(two, "reverse", reason().put("quantity", 1).put("return_codes", true));
        assertThat(returned.status()).as(returned.text()).isEqualTo(201);
        Answer byStorefront = gateway.post(
                PROGRAM + "/redemptions/" + id(two) + "/reverse",
                "CF_SECRET_KEY",
                RunningGateway.key(),
                reason().put("return_codes", true));
        assertThat(byStorefront.status()).isEqualTo(403);
    }

    @Test
    void a_hold_with_codes_is_ended_once_and_a_repeated_end_gets_the_same_answer() {
        for (String verb : List.of("capture", "release")) {
            Answer hold = redeemed(held(order(card(), "video-month", 2), 600));
            JsonObject body = verb.equals("capture") ? new JsonObject().put("quantity", 1) : new JsonObject();
            String key = RunningGateway.key();
            Answer ended = step(key, hold, verb, body);
            Answer repeated = step(key, hold, verb, body);
            Answer another = step(hold, "release", new JsonObject());

            assertThat(ended.status()).as(ended.text()).isEqualTo(200);
            assertThat(repeated.text()).isEqualTo(ended.text());
            assertThat(another.status()).as(another.text()).isEqualTo(409);
            assertThat(another.json().getString("code")).isEqualTo("hold_not_open");
        }
    }

    @Test
    void a_hold_that_its_first_payer_covers_is_ended_and_settled() {
        String second = card();
        JsonObject order = new JsonObject()
                .put(
                        "pay",
                        new JsonArray()
                                .add(new JsonObject().put("secret", card()))
                                .add(new JsonObject().put("secret", second)))
                .put("items", new JsonArray().add(new JsonObject().put("item", item(10, 10, new JsonObject()))));
        for (String verb : List.of("capture", "release")) {
            Answer hold = redeemed(held(order.copy(), 600));
            assertThat(step(hold, verb, new JsonObject()).status()).isEqualTo(200);
        }
        // Whether their ends were settled is seen when everything is reconciled.
        assertThat(lookUp(second).getLong("balance")).isEqualTo(100_000);
    }

    @Test
    void several_payers_get_back_what_they_paid_the_last_first() {
        String first = card();
        String second = card();
        String sku = item(40_000, 10, new JsonObject());
        JsonObject order = new JsonObject()
                .put(
                        "pay",
                        new JsonArray()
                                .add(new JsonObject().put("secret", first))
                                .add(new JsonObject().put("secret", second)))
                .put(
                        "items",
                        new JsonArray().add(new JsonObject().put("item", sku).put("quantity", 4)));
        Answer bought = redeemed(order);
        assertThat(lookUp(first).getLong("balance")).isZero();
        assertThat(lookUp(second).getLong("balance")).isEqualTo(40_000);
        Answer one = step(bought, "reverse", reason().put("quantity", 1));
        assertThat(one.json().getJsonArray("payments")).hasSize(1);
        assertThat(lookUp(second).getLong("balance")).isEqualTo(80_000);
        Answer amount = step(bought, "reverse", reason().put("amount", new JsonObject().put("value", 30_000)));
        assertThat(amount.json().getJsonArray("lines")).isEmpty();
        assertThat(amount.json().getJsonArray("payments")).hasSize(2);
        assertThat(lookUp(second).getLong("balance")).isEqualTo(100_000);
        assertThat(lookUp(first).getLong("balance")).isEqualTo(10_000);
        assertThat(units(sku)).isEqualTo(7);
        Answer wrong = step(
                bought,
                "reverse",
                reason().put(
                                "items",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("item", "crab-8")
                                                .put("quantity", 1))));
        assertThat(wrong.status()).isEqualTo(400);
        Answer rest = step(bought, "reverse", reason());
        assertThat(value(rest.json(), "amount")).isEqualTo(90_000);
        assertThat(lookUp(first).getLong("balance")).isEqualTo(100_000);
        assertThat(units(sku)).isEqualTo(10);
        Answer read = gateway.get(PROGRAM + "/redemptions/" + id(rest), "CF_SECRET_KEY");
        assertThat(read.text()).isEqualTo(rest.text());
        assertThat(now(bought).json().getLong("reversed_quantity")).isEqualTo(4);
    }

    @Test
    void a_hold_by_card_and_account_sets_aside_on_both_and_returns_to_both() {
        String card = card();
        String holder = "h_" + NAMES.incrementAndGet();
        Answer credited = gateway.post(
                PROGRAM + "/accounts/" + holder + "/adjustments",
                "CF_ADMIN_KEY",
                RunningGateway.key(),
                new JsonObject().put("asset", "credit").put("delta", 50_000).put("reason", "test"));
        assertThat(credited.status()).isEqualTo(201);
        JsonObject order = new JsonObject()
                .put(
                        "pay",
                        new JsonArray()
                                .add(new JsonObject().put("secret", card))
                                .add(new JsonObject().put("account", holder).put("asset", "credit")))
                .put("amount", new JsonObject().put("value", 130_000).put("asset", "CNY"));
        Answer hold = redeemed(held(order, 600));
        assertThat(lookUp(card).getLong("held")).isEqualTo(100_000);
        assertThat(credit(holder)).isEqualTo("20000 and 30000 held");
        Answer captured = step(hold, "capture", new JsonObject().put("amount", 90_000));
        assertThat(value(captured.json(), "captured_amount")).isEqualTo(90_000);
        assertThat(credit(holder)).isEqualTo("50000 and 0 held");
        assertThat(lookUp(card).getLong("balance")).isEqualTo(10_000);
        assertThat(lookUp(card).getLong("held")).isZero();
    }

    private static String credit(String holder) {
        JsonObject balance = gateway.get(PROGRAM + "/accounts/" + holder, "CF_SECRET_KEY")
                .json()
                .getJsonArray("balances")
                .getJsonObject(0);
        return balance.getLong("balance") + " and " + balance.getLong("held") + " held";
    }

    @Test
    void parallel_reversals_of_one_unit_each_give_back_each_unit_once() {
        String card = card();
        String sku = item(1_000, 100, new JsonObject());
        Answer bought = redeemed(order(card, sku, 5));
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(gateway.sendAsync(
                    "POST",
                    PROGRAM + "/redemptions/" + id(bought) + "/reverse",
                    "CF_SECRET_KEY",
                    reason().put("quantity", 1).encode(),
                    request -> request.header("Idempotency-Key", RunningGateway.key())));
        }
        List<Integer> statuses = all.stream().map(one -> one.join().status()).toList();
        assertThat(statuses)
                .as(statuses.toString())
                .filteredOn(status -> status == 201)
                .hasSize(5);
        assertThat(statuses).filteredOn(status -> status == 409).hasSize(15);
        assertThat(lookUp(card).getLong("balance")).isEqualTo(100_000);
        assertThat(units(sku)).isEqualTo(100);
    }

    @Test
    void of_parallel_captures_and_releases_one_ends_the_hold() {
        String card = card();
        String sku = item(1_000, 100, new JsonObject());
        Answer hold = redeemed(held(order(card, sku, 5), 600));
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(gateway.sendAsync(
                    "POST",
                    PROGRAM + "/redemptions/" + id(hold) + (i % 2 == 0 ? "/capture" : "/release"),
                    "CF_SECRET_KEY",
                    null,
                    request -> request.header("Idempotency-Key", RunningGateway.key())));
        }
        List<Answer> answers = all.stream().map(CompletableFuture::join).toList();
        assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 200)
                .allMatch(answer -> answer.code().equals("hold_not_open"));
        boolean captured = now(hold).json().getString("status").equals("posted");
        assertThat(lookUp(card).getLong("balance")).isEqualTo(captured ? 95_000 : 100_000);
        assertThat(lookUp(card).getLong("held")).isZero();
    }

    @Test
    void value_returns_to_a_frozen_card_and_not_to_a_void_one() {
        String card = card();
        String sku = item(1_000, 100, new JsonObject());
        Answer bought = redeemed(order(card, sku, 2));
        Answer hold = redeemed(held(order(card, sku, 2), 600));
        String number = lookUp(card).getString("number");
        change("freeze", number);
        assertThat(step(bought, "reverse", reason().put("quantity", 1)).status())
                .isEqualTo(201);
        change("void", number);
        assertThat(step(bought, "reverse", reason().put("quantity", 1)).code()).isEqualTo("card_void");
        assertThat(step(hold, "release", new JsonObject()).status()).isEqualTo(200);
        assertThat(lookUp(card).getLong("held")).isZero();
    }

    private static void change(String verb, String number) {
        Answer changed = gateway.post(
                PROGRAM + "/cards/" + verb,
                "CF_ISSUER_KEY",
                RunningGateway.key(),
                new JsonObject().put("number", number).put("reason", "test"));
        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
    }

    @Test
    void bad_steps_are_named_and_change_nothing() {
        String card = card();
        String sku = item(1_000, 100, new JsonObject());
        Answer bought = redeemed(order(card, sku, 2));
        Answer hold = redeemed(held(order(card, sku, 2), 600));
        assertThat(step(hold, "reverse", reason()).code()).isEqualTo("exceeds_remaining");
        assertThat(step(bought, "capture", new JsonObject()).code()).isEqualTo("hold_not_open");
        assertThat(step(bought, "reverse", new JsonObject()).status()).isEqualTo(400);
        for (JsonObject body : List.of(
                reason().put("quantity", 0),
                reason().put("quantity", 1).put("amount", 1),
                reason().put("amount", new JsonObject().put("value", 1).put("asset", "pick")),
                reason().put("amount", new JsonObject()),
                reason().put("items", new JsonArray()),
                reason().put("colour", "red"))) {
            Answer answer = step(bought, "reverse", body);
            assertThat(answer.status()).as(body + " " + answer.text()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo("invalid_request");
        }
        for (JsonObject bad : List.of(new JsonObject().put("seconds", 0), new JsonObject().put("seconds", 86_401))) {
            Answer answer =
                    gateway.redeem(RunningGateway.key(), order(card, sku, 1).put("hold", bad));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().getJsonArray("errors").getJsonObject(0).getString("pointer"))
                    .isEqualTo("/hold/seconds");
        }
        assertThat(gateway.post(
                                PROGRAM + "/redemptions/tx_0000000009999/reverse",
                                "CF_SECRET_KEY",
                                RunningGateway.key(),
                                reason())
                        .status())
                .isEqualTo(404);
        String key = RunningGateway.key();
        assertThat(step(key, bought, "reverse", reason().put("quantity", 1)).status())
                .isEqualTo(201);
        assertThat(step(key, bought, "reverse", reason().put("quantity", 2)).code())
                .isEqualTo("idempotency_key_reused");
        assertThat(lookUp(card).getLong("balance")).isEqualTo(97_000);
    }
}
