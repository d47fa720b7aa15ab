package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.gateway.RunningGateway.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkouts that several cards and accounts pay, orders without items, previews and accounts, over HTTP on real servers. */
class CheckoutIT {
    private static final String CHECKOUT = "/v1/programs/demo/redemptions";
    private static final AtomicInteger HOLDERS = new AtomicInteger();

    @TempDir
    static Path folder;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.onSharedServers(folder.resolve("data"));
        price("tea", new JsonObject().put("CNY", 30_000).put("points", 500), 10_000);
        price("mug", new JsonObject().put("points", 200), 10_000);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static void price(String sku, JsonObject prices, long units) {
        gateway.item(sku, 1, units, new JsonObject());
        JsonArray list = new JsonArray();
        prices.forEach(
                price -> list.add(new JsonObject().put("asset", price.getKey()).put("amount", price.getValue())));
        Answer put = gateway.send(
                "PUT",
                "/v1/programs/demo/items/" + sku,
                "CF_ISSUER_KEY",
                new JsonObject().put("name", sku).put("kind", "goods").put("prices", list));
        assertThat(put.status()).isEqualTo(200);
    }

    private static String holder() {
        return "u_" + HOLDERS.incrementAndGet();
    }

    @CanIgnoreReturnValue
    private static Answer adjust(String account, String asset, long delta) {
        return gateway.post(
                "/v1/programs/demo/accounts/" + account + "/adjustments",
                "CF_ADMIN_KEY",
                RunningGateway.key(),
                new JsonObject().put("asset", asset).put("delta", delta).put("reason", "test"));
    }

    @CanIgnoreReturnValue
    private static Answer change(String account, String verb) {
        return gateway.post(
                "/v1/programs/demo/accounts/" + account + "/" + verb,
                "CF_ADMIN_KEY",
                RunningGateway.key(),
                new JsonObject().put("reason", "test"));
    }

    private static JsonObject card(String secret) {
        return new JsonObject().put("secret", secret);
    }

    private static JsonObject account(String id, String asset) {
        return new JsonObject().put("account", id).put("asset", asset);
    }

    private static JsonObject paid(JsonObject... payments) {
        return new JsonObject().put("pay", new JsonArray(List.of(payments)));
    }

    private static JsonArray items(Object... pairs) {
        JsonArray items = new JsonArray();
        for (int i = 0; i < pairs.length; i += 2) {
            items.add(new JsonObject().put("item", pairs[i]).put("quantity", pairs[i + 1]));
        }
        return items;
    }

    private static JsonObject money(long value) {
        return new JsonObject().put("value", value).put("asset", "CNY");
    }

    private static long balance(String account, String asset) {
        JsonObject found = gateway.get("/v1/programs/demo/accounts/" + account, "CF_SECRET_KEY")
                .json();
        return found.getJsonArray("balances").stream()
                .map(JsonObject.class::cast)
                .filter(balance -> balance.getString("asset").equals(asset))
                .mapToLong(balance -> balance.getLong("balance"))
                .findFirst()
                .orElse(0);
    }

    private static long balanceOf(String secret) {
        return gateway.send("POST", "/v1/programs/demo/cards/lookup", "CF_SECRET_KEY", card(secret))
                .json()
                .getLong("balance");
    }

    @Test
    void two_cards_and_an_account_pay_one_order_in_their_order() {
        List<String> cards = gateway.cards("gift-1000", 2);
        String holder = holder();
        assertThat(adjust(holder, "credit", 50_000).json().getLong("balance")).isEqualTo(50_000);
        JsonObject body = paid(card(cards.get(0)), card(cards.get(1)), account(holder, "credit"))
                .put("items", items("tea", 8))
                .put("expected_total", 240_000)
                .put("reference", "split-1");
        Answer answer = gateway.redeem("split-1", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        JsonArray payments = answer.json().getJsonArray("payments");
        assertThat(payments.getJsonObject(0).getJsonObject("amount")).isEqualTo(money(100_000));
        assertThat(payments.getJsonObject(0).getJsonObject("card").getLong("balance"))
                .isZero();
        assertThat(payments.getJsonObject(1).getJsonObject("amount")).isEqualTo(money(100_000));
        assertThat(payments.getJsonObject(2).getJsonObject("amount")).isEqualTo(money(40_000));
        assertThat(payments.getJsonObject(2).getJsonObject("account").getLong("balance"))
                .isEqualTo(10_000);
        assertThat(answer.json().getJsonObject("amount")).isEqualTo(money(240_000));
        assertThat(answer.json().containsKey("card")).isFalse();
        Answer again = gateway.redeem("split-1", body);
        assertThat(again.replayed()).isTrue();
        assertThat(again.text()).isEqualTo(answer.text());
        assertThat(balance(holder, "CNY")).isEqualTo(10_000);
        Answer found = gateway.get(CHECKOUT + "/" + answer.json().getString("id"), "CF_SECRET_KEY");
        assertThat(found.text()).isEqualTo(answer.text());
    }

    @Test
    void points_pay_for_what_has_a_price_in_points_and_money_for_the_rest() {
        String secret = gateway.cards("gift-1000", 1).get(0);
        String holder = holder();
        adjust(holder, "points", 450);
        JsonObject body = paid(card(secret), account(holder, "points")).put("items", items("tea", 1, "mug", 2));
        JsonObject json = gateway.redeem(RunningGateway.key(), body).json();
        assertThat(json.getJsonArray("amounts").encode())
                .isEqualTo("[{\"value\":30000,\"asset\":\"CNY\"},{\"value\":400,\"asset\":\"points\"}]");
        assertThat(json.getJsonArray("lines")
                        .getJsonObject(1)
                        .getJsonObject("amount")
                        .encode())
                .isEqualTo("{\"value\":400,\"asset\":\"points\"}");
        assertThat(balance(holder, "points")).isEqualTo(50);
        Answer tooMany = gateway.redeem(RunningGateway.key(), body);
        assertThat(tooMany.code()).isEqualTo("insufficient_balance");
        assertThat(balanceOf(secret)).isEqualTo(70_000);
        assertThat(gateway.redeem(
                                RunningGateway.key(),
                                paid(account(holder, "points")).put("items", items("tea", 1)))
                        .code())
                .isEqualTo("insufficient_balance");
        assertThat(gateway.redeem(RunningGateway.key(), body.copy().put("expected_total", 1))
                        .json()
                        .encode())
                .contains("/expected_total");
    }

    @Test
    void rivals_for_every_part_of_a_checkout_leave_it_whole_or_undone() {
        List<String> cards = gateway.cards("gift-1000", 2);
        String holder = holder();
        adjust(holder, "points", 1_000);
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            sent.add(gateway.redeemAsync(
                    RunningGateway.key(),
                    paid(card(cards.get(0)), card(cards.get(1)), account(holder, "points"))
                            .put("items", items("tea", 2, "mug", 1))));
            sent.add(gateway.redeemAsync(
                    RunningGateway.key(), card(cards.get(0)).put("item", "tea").put("quantity", 1)));
            sent.add(gateway.redeemAsync(
                    RunningGateway.key(), card(cards.get(1)).put("item", "tea").put("quantity", 1)));
            sent.add(gateway.redeemAsync(
                    RunningGateway.key(), paid(account(holder, "points")).put("items", items("mug", 1))));
        }
        long money = 0;
        long points = 0;
        for (CompletableFuture<Answer> one : sent) {
            Answer answer = one.join();
            assertThat(answer.status()).as(answer.text()).isIn(201, 409);
            if (answer.status() == 201) {
                for (Object line : answer.json().getJsonArray("lines")) {
                    boolean mug = ((JsonObject) line).getString("item").equals("mug");
                    money += mug
                            ? 0
                            : ((JsonObject) line).getJsonObject("amount").getLong("value");
                    points += mug ? ((JsonObject) line).getJsonObject("amount").getLong("value") : 0;
                }
            } else {
                assertThat(answer.code()).isEqualTo("insufficient_balance");
            }
        }
        assertThat(balanceOf(cards.get(0)) + balanceOf(cards.get(1))).isEqualTo(200_000 - money);
        assertThat(balance(holder, "points")).isEqualTo(1_000 - points);
        assertThat(points).isEqualTo(1_000);
        assertThat(200_000 - money).isLessThan(60_000);
    }

    @Test
    void an_order_takes_what_is_there_and_says_what_remains() {
        String secret = gateway.cards("gift-1000", 1).get(0);
        JsonObject body = card(secret).put("amount", money(158_500)).put("reference", "order-9");
        assertThat(gateway.redeem(RunningGateway.key(), body).code()).isEqualTo("insufficient_balance");
        Answer answer = gateway.redeem(RunningGateway.key(), body.copy().put("up_to", true));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(answer.json().getJsonObject("amount")).isEqualTo(money(100_000));
        assertThat(answer.json().getJsonObject("remaining")).isEqualTo(money(58_500));
        assertThat(answer.json().getJsonArray("lines")).isEmpty();
        assertThat(gateway.redeem(RunningGateway.key(), body.copy().put("up_to", true))
                        .code())
                .isEqualTo("insufficient_balance");
        String pass = gateway.cards("crab-pass", 1).get(0);
        assertThat(gateway.redeem(RunningGateway.key(), card(pass).put("amount", money(1)))
                        .code())
                .isEqualTo("card_not_accepted");
    }

    @Test
    void items_are_handed_over_whole_for_what_is_there_and_the_rest_remains_to_be_paid() {
        String secret = gateway.cards("gift-1000", 1).get(0);
        gateway.item("pot", 45_000, 10, new JsonObject());
        gateway.item("cup", 20_000, 10, new JsonObject());
        JsonObject body = card(secret).put("items", items("pot", 2, "cup", 2)).put("up_to", true);
        Answer answer = gateway.redeem(RunningGateway.key(), body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(answer.json().getJsonObject("amount")).isEqualTo(money(100_000));
        assertThat(answer.json().getJsonObject("remaining")).isEqualTo(money(30_000));
        JsonArray lines = answer.json().getJsonArray("lines");
        assertThat(lines.getJsonObject(0).getJsonObject("amount")).isEqualTo(money(90_000));
        assertThat(lines.getJsonObject(1).getJsonObject("amount")).isEqualTo(money(40_000));
        assertThat(List.of(units("pot"), units("cup"))).containsExactly(8L, 8L);

        assertThat(reverse(answer, items("pot", 2)).json().getJsonObject("amount"))
                .isEqualTo(money(90_000));
        assertThat(reverse(answer, items("cup", 1)).code())
                .as("it costs more than is left of what was paid")
                .isEqualTo("exceeds_remaining");
        assertThat(reverse(answer, items("cup", 2)).json().getJsonObject("amount"))
                .isEqualTo(money(10_000));
        assertThat(balanceOf(secret)).isEqualTo(100_000);
        assertThat(List.of(units("pot"), units("cup"))).containsExactly(10L, 10L);
    }

    @Test
    void up_to_changes_nothing_where_enough_is_there_and_is_about_value_not_units() {
        String secret = gateway.cards("gift-1000", 1).get(0);
        gateway.item("jar", 10_000, 3, new JsonObject());
        JsonObject body = card(secret).put("up_to", true);
        Answer enough = gateway.redeem(
                RunningGateway.key(), body.copy().put("item", "jar").put("quantity", 2));
        assertThat(enough.status()).as(enough.text()).isEqualTo(201);
        assertThat(enough.json().getJsonObject("amount")).isEqualTo(money(20_000));
        assertThat(enough.json().getJsonObject("remaining")).isEqualTo(money(0));
        assertThat(gateway.redeem(RunningGateway.key(), body.copy().put("items", items("jar", 2)))
                        .code())
                .isEqualTo("insufficient_stock");
        String holder = holder();
        adjust(holder, "points", 150);
        JsonObject both = paid(card(secret), account(holder, "points"))
                .put("up_to", true)
                .put("items", items("tea", 3, "mug", 1));
        JsonObject mixed = gateway.redeem(RunningGateway.key(), both).json();
        assertThat(mixed.getJsonArray("remaining").encode())
                .isEqualTo("[{\"value\":10000,\"asset\":\"CNY\"},{\"value\":50,\"asset\":\"points\"}]");
        assertThat(balanceOf(secret)).isZero();
        assertThat(balance(holder, "points")).isZero();
    }

    @Test
    void a_hold_lasts_a_quarter_of_an_hour_unless_it_says_how_long() {
        String secret = gateway.cards("gift-1000", 1).get(0);
        JsonObject body = card(secret).put("item", "video-month");
        assertThat(heldFor(body, new JsonObject())).isEqualTo(Duration.ofMinutes(15));
        assertThat(heldFor(body, new JsonObject().put("seconds", 86_400))).isEqualTo(Duration.ofDays(1));
        assertThat(heldFor(body, new JsonObject().put("seconds", 60))).isEqualTo(Duration.ofMinutes(1));
        for (Object seconds : List.of(0, -1, 86_401, 1.5, "60", true)) {
            assertThat(pointers(body.copy().put("hold", new JsonObject().put("seconds", seconds))))
                    .as("seconds: %s", seconds)
                    .containsExactly("/hold/seconds");
        }
        assertThat(pointers(body.copy().put("hold", new JsonObject().put("minutes", 1))))
                .containsExactly("/hold/minutes");
        assertThat(pointers(body.copy().put("hold", 60))).containsExactly("/hold");
        assertThat(balanceOf(secret)).isEqualTo(100_000 - 3 * 1_500);
    }

    private static Duration heldFor(JsonObject body, JsonObject hold) {
        Answer held = gateway.redeem(RunningGateway.key(), body.copy().put("hold", hold));
        assertThat(held.json().getString("status")).as(held.text()).isEqualTo("held");
        String until = held.json().getJsonObject("hold").getString("expires_at");
        return Duration.between(Instant.parse(held.json().getString("created_at")), Instant.parse(until));
    }

    private static Answer reverse(Answer redemption, JsonArray items) {
        return gateway.post(
                CHECKOUT + "/" + redemption.json().getString("id") + "/reverse",
                "CF_SECRET_KEY",
                RunningGateway.key(),
                new JsonObject().put("items", items).put("reason", "returned"));
    }

    private static long units(String sku) {
        String path = "/v1/programs/demo/items/" + sku + "/stock";
        Answer more = gateway.post(path, "CF_ISSUER_KEY", RunningGateway.key(), new JsonObject().put("delta", 1));
        Answer less = gateway.post(path, "CF_ISSUER_KEY", RunningGateway.key(), new JsonObject().put("delta", -1));
        assertThat(more.status()).isEqualTo(201);
        return less.json().getLong("units");
    }

    @Test
    void a_preview_tells_the_total_takes_nothing_and_shows_no_code() {
        String secret = gateway.cards("gift-1000", 1).get(0);
        JsonObject body = card(secret).put("items", items("tea", 1, "video-month", 1));
        Answer preview = gateway.send("POST", CHECKOUT + "/preview", "CF_SECRET_KEY", body);
        assertThat(preview.status()).as(preview.text()).isEqualTo(200);
        assertThat(preview.json().getString("status")).isEqualTo("preview");
        assertThat(preview.json().getJsonObject("amount")).isEqualTo(money(31_500));
        assertThat(preview.json().containsKey("id")).isFalse();
        assertThat(preview.json().getJsonArray("lines").getJsonObject(1).getJsonArray("codes"))
                .isEmpty();
        assertThat(balanceOf(secret)).isEqualTo(100_000);
        Answer refused = gateway.send(
                "POST",
                CHECKOUT + "/preview",
                "CF_SECRET_KEY",
                card(secret).put("item", "tea").put("quantity", 9));
        assertThat(refused.code()).isEqualTo("insufficient_balance");
    }

    @Test
    void a_frozen_account_pays_nothing_until_it_is_unfrozen_and_never_goes_below_zero() {
        String holder = holder();
        assertThat(gateway.get("/v1/programs/demo/accounts/" + holder, "CF_SECRET_KEY")
                        .status())
                .isEqualTo(404);
        adjust(holder, "CNY", 30_000);
        assertThat(adjust(holder, "CNY", -30_001).code()).isEqualTo("insufficient_balance");
        assertThat(adjust(holder, "yen", 1).status()).isEqualTo(400);
        assertThat(change(holder, "freeze").json().getBoolean("frozen")).isTrue();
        JsonObject body =
                paid(account(holder, "CNY")).put("items", items("tea", 1)).put("account", holder);
        assertThat(gateway.redeem(RunningGateway.key(), body).code()).isEqualTo("account_frozen");
        assertThat(adjust(holder, "points", 5).status()).isEqualTo(201);
        assertThat(change(holder, "verify").json().getBoolean("verified")).isTrue();
        JsonObject now = gateway.get("/v1/programs/demo/accounts/" + holder, "CF_SECRET_KEY")
                .json();
        assertThat(now.getString("state")).isEqualTo("frozen");
        assertThat(now.getBoolean("verified")).isTrue();
        change(holder, "unfreeze");
        change(holder, "unverify");
        assertThat(gateway.redeem(RunningGateway.key(), body).status()).isEqualTo(201);
        assertThat(balance(holder, "CNY")).isZero();
    }

    @Test
    void where_accounts_have_to_be_verified_no_other_pays_and_cards_do() {
        String holder = holder();
        adjust(holder, "CNY", 60_000);
        JsonObject order = paid(account(holder, "CNY")).put("items", items("tea", 1));
        limits(new JsonObject().put("verified_accounts", true));
        try {
            assertThat(gateway.redeem(RunningGateway.key(), order).code()).isEqualTo("account_unverified");
            assertThat(gateway.redeem(
                                    RunningGateway.key(),
                                    card(gateway.cards("gift-1000", 1).get(0))
                                            .put("item", "tea")
                                            .put("account", holder))
                            .status())
                    .isEqualTo(201);
            change(holder, "verify");
            assertThat(gateway.redeem(RunningGateway.key(), order).status()).isEqualTo(201);
            change(holder, "unverify");
        } finally {
            limits(new JsonObject());
        }
        assertThat(gateway.redeem(RunningGateway.key(), order).status()).isEqualTo(201);
        assertThat(balance(holder, "CNY")).isZero();
    }

    private static void limits(JsonObject limits) {
        Answer patched =
                gateway.send("PATCH", "/v1/programs/demo", "CF_ADMIN_KEY", new JsonObject().put("limits", limits));
        assertThat(patched.status()).isEqualTo(200);
        assertThat(patched.json().getJsonObject("limits")).isEqualTo(limits);
    }

    @Test
    void what_is_no_checkout_is_refused_with_the_place() {
        String secret = gateway.cards("gift-1000", 1).get(0);
        JsonObject twice =
                paid(card(secret), card(secret.toLowerCase(Locale.ROOT))).put("items", items("tea", 1));
        assertThat(pointers(twice)).contains("/pay/1/secret");
        JsonObject sameBalance = paid(account("u", "CNY"), account("u", "CNY")).put("items", items("tea", 1));
        assertThat(pointers(sameBalance)).contains("/pay/1/account");
        JsonObject byTwoNames =
                paid(account("u", "credit"), account("u", "CNY")).put("items", items("tea", 1));
        assertThat(pointers(byTwoNames)).contains("/pay/1/account");
        assertThat(pointers(card(secret).put("item", "tea").put("amount", money(1))))
                .contains("/item");
        assertThat(pointers(card(secret).put("items", items("tea", 1)).put("amount", money(1))))
                .contains("/items");
        assertThat(pointers(paid(card(secret).put("account", "u").put("asset", "CNY"))
                        .put("item", "tea")))
                .contains("/pay/0/secret");
        assertThat(pointers(paid(account("u", "CNY").put("asset", 5)).put("item", "tea")))
                .contains("/pay/0/asset");
        JsonObject eleven = new JsonObject().put("item", "tea");
        JsonArray pay = new JsonArray();
        for (int i = 0; i < 11; i++) {
            pay.add(account("u_" + i, "CNY"));
        }
        assertThat(pointers(eleven.put("pay", pay))).contains("/pay");
        assertThat(pointers(card(secret).put("amount", money(0)))).contains("/amount/value");
        assertThat(gateway.redeem(
                                RunningGateway.key(),
                                paid(card(secret), account("nobody", "CNY"))
                                        .put("items", items("tea", 1))
                                        .put("expected_total", 29_999))
                        .code())
                .isEqualTo("price_changed");
        JsonObject unknown = paid(card(secret), card("0000-0000-0000-0000-0")).put("items", items("tea", 1));
        assertThat(gateway.redeem(RunningGateway.key(), unknown).code()).isEqualTo("card_not_redeemable");
        assertThat(balanceOf(secret)).isEqualTo(100_000);
    }

    @Test
    void an_account_lists_what_it_took_part_in_in_pages() {
        String holder = holder();
        adjust(holder, "credit", 60_000);
        change(holder, "verify");
        JsonObject order =
                paid(account(holder, "credit")).put("items", items("tea", 1)).put("reference", "listed-1");
        assertThat(gateway.redeem(RunningGateway.key(), order).status()).isEqualTo(201);
        String path = "/v1/programs/demo/accounts/" + holder + "/transactions";
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                gateway.get(path, "CF_SECRET_KEY").json().getJsonArray("data"))
                        .hasSize(3));
        JsonObject first = gateway.get(path + "?limit=2", "CF_SECRET_KEY").json();
        JsonObject newest = first.getJsonArray("data").getJsonObject(0);
        assertThat(newest.getString("reference")).isEqualTo("listed-1");
        assertThat(newest.getJsonArray("movements").encode())
                .isEqualTo("[{\"asset\":\"CNY\",\"amount\":-30000,\"balance_after\":30000}]");
        JsonObject rest = gateway.get(path + "?limit=2&cursor=" + first.getString("next_cursor"), "CF_SECRET_KEY")
                .json();
        assertThat(rest.getJsonArray("data")).hasSize(1);
        assertThat(rest.getString("next_cursor")).isNull();
        assertThat(gateway.get(path + "?cursor=x", "CF_SECRET_KEY").status()).isEqualTo(400);
        assertThat(pointers(order.copy().put("account", "someone_else"))).contains("/account");
    }

    private static List<String> pointers(JsonObject body) {
        Answer answer = gateway.redeem(RunningGateway.key(), body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        return answer.json().getJsonArray("errors").stream()
                .map(error -> ((JsonObject) error).getString("pointer"))
                .toList();
    }
}
