package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ledger.reverse-to-frozen} and {@code ledger.reverse-to-expired} decide, each alone, over HTTP on real servers. */
class ReversalPolicyIT {
    private static final String PROGRAM = "/v1/programs/demo";
    private static final String HOLDER = "u_1";
    private static final String FOR_EVER = "2999-01-01T00:00:00Z";

    /** How long the card that expires can be spent: enough to redeem with it once. */
    private static final Duration SHORT_LIFE = Duration.ofSeconds(4);

    @TempDir
    Path folder;

    /** One gateway, with a card that was frozen, one that expired and an account that was frozen after each had paid. */
    private static final class Shop implements AutoCloseable {
        private final RunningGateway gateway;
        private final String frozen;
        private final String expired = RunningGateway.key();
        private final Answer byFrozen;
        private final Answer heldByFrozen;
        private final Answer byExpired;
        private final Answer byAccount;

        Shop(Path folder, String toFrozen, String toExpired) {
            gateway = RunningGateway.onSharedServers(
                    folder.resolve("data"),
                    Map.of(
                            "COUNTERFOIL_LEDGER_REVERSE_TO_FROZEN",
                            toFrozen,
                            "COUNTERFOIL_LEDGER_REVERSE_TO_EXPIRED",
                            toExpired));
            gateway.item("tea", 10_000, 100, new JsonObject());
            importShortLived();
            byExpired = redeemed(order(new JsonObject().put("secret", expired)));
            frozen = gateway.cards("gift-1000", 1).get(0);
            byFrozen = redeemed(order(new JsonObject().put("secret", frozen)));
            heldByFrozen = redeemed(
                    order(new JsonObject().put("secret", frozen)).put("hold", new JsonObject().put("seconds", 600)));
            admin(
                    "/adjustments",
                    201,
                    new JsonObject().put("asset", "CNY").put("delta", 30_000).put("reason", "test"));
            byAccount = redeemed(order(new JsonObject().put("account", HOLDER).put("asset", "CNY")));
            admin("/freeze", 201, new JsonObject().put("reason", "test"));
            cards("freeze", frozen, new JsonObject());
            await().atMost(SHORT_LIFE.plusSeconds(10))
                    .until(() -> lookUp(expired).getString("state").equals("expired"));
        }

        private void importShortLived() {
            Answer imported = gateway.post(
                    PROGRAM + "/batches/import",
                    "CF_ISSUER_KEY",
                    RunningGateway.key(),
                    new JsonObject()
                            .put("card_type", "gift-1000")
                            .put(
                                    "secret_space",
                                    new JsonObject().put("symbols", 36).put("characters", 20))
                            .put(
                                    "cards",
                                    new JsonArray()
                                            .add(new JsonObject()
                                                    .put("secret", expired)
                                                    .put(
                                                            "expires_at",
                                                            Instant.now()
                                                                    .plus(SHORT_LIFE)
                                                                    .toString()))));
            assertThat(imported.status()).as(imported.text()).isEqualTo(201);
        }

        private static JsonObject order(JsonObject payer) {
            return new JsonObject()
                    .put("pay", new JsonArray().add(payer))
                    .put("item", "tea")
                    .put("quantity", 2);
        }

        private Answer redeemed(JsonObject order) {
            Answer answer = gateway.redeem(RunningGateway.key(), order);
            assertThat(answer.status()).as(answer.text()).isEqualTo(201);
            return answer;
        }

        private void admin(String path, int status, JsonObject body) {
            Answer done =
                    gateway.post(PROGRAM + "/accounts/" + HOLDER + path, "CF_ADMIN_KEY", RunningGateway.key(), body);
            assertThat(done.status()).as(done.text()).isEqualTo(status);
        }

        private void cards(String verb, String secret, JsonObject more) {
            JsonObject body =
                    more.put("number", lookUp(secret).getString("number")).put("reason", "test");
            Answer changed = gateway.post(PROGRAM + "/cards/" + verb, "CF_ISSUER_KEY", RunningGateway.key(), body);
            assertThat(changed.json().getInteger("changed")).as(changed.text()).isEqualTo(1);
        }

        private JsonObject lookUp(String secret) {
            return gateway.send(
                            "POST", PROGRAM + "/cards/lookup", "CF_SECRET_KEY", new JsonObject().put("secret", secret))
                    .json();
        }

        Answer step(Answer redemption, String verb, JsonObject body) {
            String path = PROGRAM + "/redemptions/" + redemption.json().getString("id") + "/" + verb;
            return gateway.post(path, "CF_SECRET_KEY", RunningGateway.key(), body);
        }

        Answer reverse(Answer redemption) {
            return step(
                    redemption, "reverse", new JsonObject().put("quantity", 1).put("reason", "returned"));
        }

        /** What each can spend once nothing is in its way any more: the frozen card, the expired one, the account. */
        List<Long> balances() {
            cards("unfreeze", frozen, new JsonObject());
            cards("extend", expired, new JsonObject().put("expires_at", FOR_EVER));
            long account = gateway.get(PROGRAM + "/accounts/" + HOLDER, "CF_SECRET_KEY")
                    .json()
                    .getJsonArray("balances")
                    .getJsonObject(0)
                    .getLong("balance");
            return List.of(lookUp(frozen).getLong("balance"), lookUp(expired).getLong("balance"), account);
        }

        long units() {
            String path = PROGRAM + "/items/tea/stock";
            Answer more = gateway.post(path, "CF_ISSUER_KEY", RunningGateway.key(), new JsonObject().put("delta", 1));
            Answer less = gateway.post(path, "CF_ISSUER_KEY", RunningGateway.key(), new JsonObject().put("delta", -1));
            assertThat(more.status()).isEqualTo(201);
            return less.json().getLong("units");
        }

        @Override
        public void close() {
            try {
                CommandLineRun reconcile = CommandLineRun.of(gateway.environment(), "reconcile");
                assertThat(reconcile.status())
                        .as(reconcile.out() + reconcile.err())
                        .isZero();
            } finally {
                gateway.close();
            }
        }
    }

    private static void assertRefused(Answer answer, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void without_reverse_to_frozen_nothing_returns_to_what_is_frozen_but_a_hold() {
        try (Shop shop = new Shop(folder, "false", "true")) {
            assertRefused(shop.reverse(shop.byFrozen), "card_frozen");
            assertRefused(shop.reverse(shop.byAccount), "account_frozen");
            assertThat(shop.units()).isEqualTo(92);
            assertThat(shop.reverse(shop.byExpired).status()).isEqualTo(201);
            assertThat(shop.step(shop.heldByFrozen, "release", new JsonObject()).status())
                    .isEqualTo(200);
            assertThat(shop.balances()).containsExactly(80_000L, 90_000L, 10_000L);
            assertThat(shop.units()).isEqualTo(95);

            assertThat(shop.reverse(shop.byFrozen).status()).as("unfrozen").isEqualTo(201);
        }
    }

    @Test
    void without_reverse_to_expired_nothing_returns_to_an_expired_card_until_it_is_extended() {
        try (Shop shop = new Shop(folder, "true", "false")) {
            assertRefused(shop.reverse(shop.byExpired), "card_expired");
            assertThat(shop.units()).isEqualTo(92);
            assertThat(shop.reverse(shop.byFrozen).status()).isEqualTo(201);
            assertThat(shop.reverse(shop.byAccount).status()).isEqualTo(201);
            assertThat(shop.balances()).containsExactly(70_000L, 80_000L, 20_000L);
            assertThat(shop.units()).isEqualTo(94);

            assertThat(shop.reverse(shop.byExpired).status()).as("extended").isEqualTo(201);
        }
    }
}
