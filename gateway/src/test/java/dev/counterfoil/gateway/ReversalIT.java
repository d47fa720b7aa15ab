package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which units, amounts, points and codes return when a part of an order is captured or given back, over HTTP on real servers. */
class ReversalIT {
    private static final String PROGRAM = "/v1/programs/demo";
    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir
    static Path folder;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.onSharedServers(folder.resolve("data"));
        CommandLineRun made = CommandLineRun.of(
                gateway.environment(),
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
            CommandLineRun reconcile = CommandLineRun.of(gateway.environment(), "reconcile");
            assertThat(reconcile.status()).as(reconcile.out() + reconcile.err()).isZero();
        } finally {
            gateway.close();
        }
    }

    private static String name(String kind) {
        return kind + "-" + NAMES.incrementAndGet();
    }

    private static String item(long price, long units) {
        String sku = name("thing");
        gateway.item(sku, price, units, new JsonObject());
        return sku;
    }

    /** Goods that have a price in points only. */
    private static String itemForPoints(long points, long units) {
        String sku = item(1, units);
        put(sku, "goods", new JsonObject().put("asset", "points").put("amount", points));
        return sku;
    }

    /** An item of codes, which are delivered in this order. */
    private static String itemOfCodes(String... codes) {
        String sku = name("key");
        put(sku, "code", new JsonObject().put("asset", "CNY").put("amount", 1_000));
        String lines = List.of(codes).stream()
                .map(code -> new JsonObject().put("code", sku + code).encode() + "\n")
                .collect(Collectors.joining());
        Answer loaded = gateway.sendAsync(
                        "POST",
                        PROGRAM + "/items/" + sku + "/codes",
                        "CF_ISSUER_KEY",
                        lines,
                        request -> request.setHeader("Content-Type", "application/x-ndjson")
                                .header("Idempotency-Key", RunningGateway.key()))
                .join();
        assertThat(loaded.json().getInteger("loaded")).isEqualTo(codes.length);
        return sku;
    }

    private static void put(String sku, String kind, JsonObject price) {
        Answer put = gateway.send(
                "PUT",
                PROGRAM + "/items/" + sku,
                "CF_ISSUER_KEY",
                new JsonObject().put("name", sku).put("kind", kind).put("prices", new JsonArray().add(price)));
        assertThat(put.status()).as(put.text()).isIn(200, 201);
    }

    private static String card() {
        return gateway.cards("gift-1000", 1).get(0);
    }

    /** An account of its own that has so many points. */
    private static String holder(long points) {
        String holder = name("u");
        Answer adjusted = gateway.post(
                PROGRAM + "/accounts/" + holder + "/adjustments",
                "CF_ADMIN_KEY",
                RunningGateway.key(),
                new JsonObject().put("asset", "points").put("delta", points).put("reason", "test"));
        assertThat(adjusted.status()).as(adjusted.text()).isEqualTo(201);
        return holder;
    }

    private static JsonArray items(Object... pairs) {
        JsonArray items = new JsonArray();
        for (int i = 0; i < pairs.length; i += 2) {
            items.add(new JsonObject().put("item", pairs[i]).put("quantity", pairs[i + 1]));
        }
        return items;
    }

    private static JsonObject paidBy(JsonObject... payments) {
        return new JsonObject().put("pay", new JsonArray(List.of(payments)));
    }

    private static JsonObject byCard(String secret) {
        return new JsonObject().put("secret", secret);
    }

    private static JsonObject byPoints(String holder) {
        return new JsonObject().put("account", holder).put("asset", "points");
    }

    private static JsonObject held(JsonObject order) {
        return order.put("hold", new JsonObject().put("seconds", 600));
    }

    private static JsonObject money(long value, String asset) {
        return new JsonObject().put("value", value).put("asset", asset);
    }

    private static Answer redeemed(JsonObject order) {
        Answer answer = gateway.redeem(RunningGateway.key(), order);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer;
    }

    private static Answer step(Answer redemption, String verb, JsonObject body) {
        return gateway.post(path(redemption) + "/" + verb, "CF_SECRET_KEY", RunningGateway.key(), body);
    }

    private static Answer reversed(Answer redemption, JsonObject part) {
        return step(redemption, "reverse", part.put("reason", "returned"));
    }

    private static Answer reversedWithCodes(Answer redemption, JsonObject part) {
        return gateway.post(
                path(redemption) + "/reverse",
                "REVERSING_ISSUER",
                RunningGateway.key(),
                part.put("reason", "unused").put("return_codes", true));
    }

    private static String path(Answer redemption) {
        return PROGRAM + "/redemptions/" + redemption.json().getString("id");
    }

    private static JsonObject now(Answer redemption) {
        return gateway.get(path(redemption), "CF_SECRET_KEY").json();
    }

    private static void assertRefused(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }

    private static JsonObject lookUp(String secret) {
        return gateway.send("POST", PROGRAM + "/cards/lookup", "CF_SECRET_KEY", byCard(secret))
                .json();
    }

    private static long balance(String secret) {
        return lookUp(secret).getLong("balance");
    }

    private static long points(String holder) {
        return gateway.get(PROGRAM + "/accounts/" + holder, "CF_SECRET_KEY")
                .json()
                .getJsonArray("balances")
                .getJsonObject(0)
                .getLong("balance");
    }

    private static long units(String sku) {
        String path = PROGRAM + "/items/" + sku + "/stock";
        Answer more = gateway.post(path, "CF_ISSUER_KEY", RunningGateway.key(), new JsonObject().put("delta", 1));
        Answer less = gateway.post(path, "CF_ISSUER_KEY", RunningGateway.key(), new JsonObject().put("delta", -1));
        assertThat(more.status()).isEqualTo(201);
        return less.json().getLong("units");
    }

    private static List<String> codes(Answer answer) {
        return answer.json().getJsonArray("codes").stream()
                .map(code -> ((JsonObject) code).getString("code"))
                .toList();
    }

    private static Answer bought(String sku, int quantity) {
        return redeemed(byCard(card()).put("item", sku).put("quantity", quantity));
    }

    private static void assertEmpty(String sku) {
        Answer none = gateway.redeem(RunningGateway.key(), byCard(card()).put("item", sku));
        assertRefused(none, 409, "insufficient_stock");
    }

    /** Whose payment it was, and how much, in the answer's order. */
    private static List<String> payments(Answer answer) {
        return answer.json().getJsonArray("payments").stream()
                .map(JsonObject.class::cast)
                .map(payment -> payment.getJsonObject(payment.containsKey("card") ? "card" : "account")
                                .getLong("balance")
                        + " after "
                        + payment.getJsonObject("amount").getLong("value")
                        + " "
                        + payment.getJsonObject("amount").getString("asset"))
                .toList();
    }

    @Test
    void units_of_some_lines_return_with_their_price_then_the_rest_and_then_nothing_more() {
        String first = card();
        String second = card();
        String cup = item(10_000, 10);
        String pot = item(40_000, 10);
        Answer bought = redeemed(paidBy(byCard(first), byCard(second)).put("items", items(cup, 4, pot, 2)));
        assertThat(balance(second)).isEqualTo(80_000);

        Answer some = reversed(bought, new JsonObject().put("items", items(pot, 1, cup, 1)));
        assertThat(some.status()).as(some.text()).isEqualTo(201);
        assertThat(some.json().getJsonObject("amount")).isEqualTo(money(50_000, "CNY"));
        assertThat(some.json().getJsonArray("lines")).containsExactlyInAnyOrderElementsOf(items(cup, 1, pot, 1));
        assertThat(payments(some)).containsExactly("100000 after 20000 CNY", "30000 after 30000 CNY");
        assertThat(List.of(balance(first), balance(second))).containsExactly(30_000L, 100_000L);
        assertThat(List.of(units(cup), units(pot))).containsExactly(7L, 9L);

        assertRefused(reversed(bought, new JsonObject().put("items", items(cup, 3, pot, 2))), 409, "exceeds_remaining");
        assertThat(balance(first)).isEqualTo(30_000);
        assertThat(List.of(units(cup), units(pot))).containsExactly(7L, 9L);

        Answer rest = reversed(bought, new JsonObject().put("items", items(cup, 3, pot, 1)));
        assertThat(rest.json().getJsonObject("amount")).isEqualTo(money(70_000, "CNY"));
        assertThat(List.of(balance(first), balance(second))).containsExactly(100_000L, 100_000L);
        assertThat(List.of(units(cup), units(pot))).containsExactly(10L, 10L);
        JsonObject now = now(bought);
        assertThat(now.getJsonObject("reversed_amount")).isEqualTo(money(120_000, "CNY"));
        assertThat(now.getJsonArray("lines").getJsonObject(0).getLong("reversed_quantity"))
                .isEqualTo(4);
        assertThat(now.getJsonArray("lines").getJsonObject(1).getLong("reversed_quantity"))
                .isEqualTo(2);
        assertRefused(reversed(bought, new JsonObject().put("items", items(cup, 1))), 409, "exceeds_remaining");
        assertRefused(reversed(bought, new JsonObject()), 409, "exceeds_remaining");
    }

    @Test
    void a_quantity_alone_is_of_the_only_line_and_an_item_stands_once() {
        String cup = item(10_000, 10);
        String pot = item(40_000, 10);
        Answer bought = redeemed(byCard(card()).put("items", items(cup, 1, pot, 1)));
        for (JsonObject bad : List.of(
                new JsonObject().put("quantity", 1),
                new JsonObject().put("items", items(cup, 1, cup, 1)),
                new JsonObject().put("items", items(cup, 1, item(1, 1), 1)),
                new JsonObject().put("items", items(cup, 0)))) {
            assertRefused(reversed(bought, bad), 400, "invalid_request");
        }
        assertThat(List.of(units(cup), units(pot))).containsExactly(9L, 9L);
    }

    @Test
    void a_capture_of_some_lines_pays_for_them_and_returns_the_others() {
        String card = card();
        String cup = item(10_000, 10);
        String pot = item(40_000, 10);
        Answer hold = redeemed(held(byCard(card).put("items", items(cup, 3, pot, 1))));
        assertThat(lookUp(card).getLong("held")).isEqualTo(70_000);
        assertRefused(step(hold, "capture", new JsonObject().put("items", items(cup, 4))), 409, "exceeds_remaining");
        assertThat(lookUp(card).getLong("held")).isEqualTo(70_000);

        Answer captured = step(hold, "capture", new JsonObject().put("items", items(cup, 2)));
        assertThat(captured.status()).as(captured.text()).isEqualTo(200);
        assertThat(captured.json().getJsonObject("captured_amount")).isEqualTo(money(20_000, "CNY"));
        JsonArray lines = captured.json().getJsonArray("lines");
        assertThat(lines.getJsonObject(0).getLong("captured_quantity")).isEqualTo(2);
        assertThat(lines.getJsonObject(1).getLong("captured_quantity")).isZero();
        assertThat(balance(card)).isEqualTo(80_000);
        assertThat(lookUp(card).getLong("held")).isZero();
        assertThat(List.of(units(cup), units(pot))).containsExactly(8L, 10L);

        assertRefused(reversed(hold, new JsonObject().put("items", items(pot, 1))), 409, "exceeds_remaining");
        assertThat(reversed(hold, new JsonObject().put("items", items(cup, 1))).status())
                .isEqualTo(201);
        Answer rest = reversed(hold, new JsonObject());
        assertThat(rest.json().getJsonObject("amount")).isEqualTo(money(10_000, "CNY"));
        assertThat(balance(card)).isEqualTo(100_000);
        assertThat(List.of(units(cup), units(pot))).containsExactly(10L, 10L);
    }

    @Test
    void of_an_order_paid_with_money_and_points_each_line_returns_to_whoever_paid_for_it() {
        String card = card();
        String holder = holder(450);
        String tea = item(30_000, 10);
        String mug = itemForPoints(200, 10);
        Answer bought = redeemed(paidBy(byCard(card), byPoints(holder)).put("items", items(tea, 2, mug, 2)));
        assertThat(List.of(balance(card), points(holder))).containsExactly(40_000L, 50L);

        Answer aMug = reversed(bought, new JsonObject().put("items", items(mug, 1)));
        assertThat(aMug.status()).as(aMug.text()).isEqualTo(201);
        assertThat(payments(aMug)).containsExactly("250 after 200 points");
        assertThat(aMug.json().getJsonObject("amount")).isEqualTo(money(200, "points"));
        assertThat(List.of(balance(card), points(holder))).containsExactly(40_000L, 250L);
        assertThat(List.of(units(tea), units(mug))).containsExactly(8L, 9L);

        Answer unclear = reversed(bought, new JsonObject().put("amount", 100));
        assertThat(unclear.status()).as(unclear.text()).isEqualTo(400);
        assertThat(unclear.json().getJsonArray("errors").getJsonObject(0).getString("pointer"))
                .isEqualTo("/amount/asset");
        assertRefused(reversed(bought, new JsonObject().put("amount", money(201, "points"))), 409, "exceeds_remaining");
        Answer amount = reversed(bought, new JsonObject().put("amount", money(10_000, "CNY")));
        assertThat(payments(amount)).containsExactly("50000 after 10000 CNY");
        assertThat(amount.json().getJsonArray("lines")).isEmpty();

        Answer rest = reversed(bought, new JsonObject());
        assertThat(payments(rest)).containsExactly("450 after 200 points", "100000 after 50000 CNY");
        assertThat(rest.json().getJsonArray("amounts"))
                .containsExactlyInAnyOrder(money(50_000, "CNY"), money(200, "points"));
        assertThat(List.of(balance(card), points(holder))).containsExactly(100_000L, 450L);
        assertThat(List.of(units(tea), units(mug))).containsExactly(10L, 10L);
        assertThat(now(bought).getJsonArray("reversed_amounts"))
                .containsExactlyInAnyOrder(money(60_000, "CNY"), money(400, "points"));
    }

    @Test
    void points_that_paid_return_to_their_account_unit_by_unit() {
        String holder = holder(1_000);
        String mug = itemForPoints(200, 10);
        Answer bought = redeemed(paidBy(byPoints(holder)).put("item", mug).put("quantity", 3));
        assertThat(points(holder)).isEqualTo(400);
        Answer one = reversed(bought, new JsonObject().put("quantity", 1));
        assertThat(one.json().getJsonObject("amount")).isEqualTo(money(200, "points"));
        assertThat(payments(one)).containsExactly("600 after 200 points");
        assertThat(points(holder)).isEqualTo(600);
        assertRefused(reversed(bought, new JsonObject().put("quantity", 3)), 409, "exceeds_remaining");
        assertThat(payments(reversed(bought, new JsonObject()))).containsExactly("1000 after 400 points");
        assertThat(points(holder)).isEqualTo(1_000);
        assertThat(units(mug)).isEqualTo(10);
    }

    @Test
    void a_delivered_code_is_sold_again_only_where_the_issuer_returned_it_and_then_once() {
        String sku = itemOfCodes("-A1", "-A2", "-B1", "-B2");
        Answer first = bought(sku, 2);
        assertThat(codes(first)).containsExactly(sku + "-A1", sku + "-A2");
        assertThat(reversed(first, new JsonObject()).status()).isEqualTo(201);
        Answer second = bought(sku, 2);
        assertThat(codes(second)).containsExactly(sku + "-B1", sku + "-B2");
        assertEmpty(sku);

        assertThat(reversedWithCodes(second, new JsonObject().put("quantity", 1))
                        .status())
                .isEqualTo(201);
        assertThat(codes(bought(sku, 1))).containsExactly(sku + "-B2");
        assertEmpty(sku);
        assertThat(reversedWithCodes(second, new JsonObject()).status()).isEqualTo(201);
        assertThat(codes(bought(sku, 1))).containsExactly(sku + "-B1");
        assertEmpty(sku);
        assertRefused(reversedWithCodes(second, new JsonObject()), 409, "exceeds_remaining");
        assertRefused(reversedWithCodes(first, new JsonObject()), 409, "exceeds_remaining");
        assertEmpty(sku);
    }

    @Test
    void codes_that_were_held_and_not_captured_return_to_the_pool_and_are_sold_once() {
        String sku = itemOfCodes("-1", "-2", "-3");
        JsonObject three = byCard(card()).put("item", sku).put("quantity", 3);
        Answer hold = redeemed(held(three.copy()));
        assertEmpty(sku);
        Answer captured = step(hold, "capture", new JsonObject().put("quantity", 1));
        assertThat(codes(captured)).containsExactly(sku + "-1");
        Answer others = bought(sku, 2);
        assertThat(codes(others)).containsExactlyInAnyOrder(sku + "-2", sku + "-3");
        assertEmpty(sku);

        assertThat(reversedWithCodes(others, new JsonObject()).status()).isEqualTo(201);
        Answer again = redeemed(held(three.copy().put("quantity", 2)));
        assertEmpty(sku);
        assertThat(step(again, "release", new JsonObject()).status()).isEqualTo(200);
        assertThat(codes(bought(sku, 2))).containsExactlyInAnyOrder(sku + "-2", sku + "-3");
        assertEmpty(sku);
    }
}
