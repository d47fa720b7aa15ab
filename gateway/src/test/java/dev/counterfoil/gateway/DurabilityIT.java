package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.gateway.settings.SettingsFile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What answers wait for, and what they say of it. */
class DurabilityIT {
    private static final String REDEMPTIONS = "/v1/programs/demo/redemptions";

    @TempDir
    private static Path data;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.onSharedServers(
                data,
                Map.of(
                        "COUNTERFOIL_LEDGER_SETTLED_WAIT",
                        "30s",
                        "COUNTERFOIL_HTTP_BOUNDS_REQUEST_DEADLINE",
                        "60s",
                        "COUNTERFOIL_HTTP_IDLE_TIMEOUT",
                        "90s"));
        gateway.item("pen", 10, 100_000, new JsonObject());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void an_answer_that_says_settled_is_found_in_the_books_at_once_and_is_repeated() {
        JsonObject pen = pen(card(), "R1");
        Answer first = redeem("k-settled", pen, "settled");
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.json().getString("durability")).isEqualTo("settled");
        JsonArray listed = gateway.get(REDEMPTIONS + "?reference=R1", "CF_ISSUER_KEY")
                .json()
                .getJsonArray("data");
        assertThat(listed).hasSize(1);
        assertThat(listed.getJsonObject(0).getString("durability")).isEqualTo("settled");
        assertThat(gateway.redeem("k-settled", pen).text()).isEqualTo(first.text());
        assertThat(gateway.get(REDEMPTIONS + "/" + first.json().getString("id"), "CF_SECRET_KEY")
                        .text())
                .isEqualTo(first.text());
    }

    @Test
    void less_than_the_installation_gives_cannot_be_asked_for() {
        assertThat(redeem("k-less", pen(card(), "R2"), "accepted").json().getString("durability"))
                .isEqualTo("durable");
    }

    @Test
    void a_level_that_is_none_is_refused_with_the_header_named_and_nothing_is_posted() {
        JsonObject pen = pen(card(), "R3");
        for (String level : List.of("forever", "Durable", "")) {
            Answer refused = redeem("k-none", pen, level);
            assertThat(refused.status()).as(level).isEqualTo(400);
            assertThat(refused.json().getJsonArray("errors").getJsonObject(0).getString("pointer"))
                    .isEqualTo("Counterfoil-Durability");
        }
        assertThat(gateway.redeem("k-none", pen).replayed()).isFalse();
    }

    @Test
    void whoever_did_not_ask_may_ask_when_sending_again() {
        JsonObject pen = pen(card(), "R4");
        assertThat(gateway.redeem("k-again", pen).json().getString("durability"))
                .isEqualTo("durable");
        Answer again = redeem("k-again", pen, "settled");
        assertThat(again.replayed()).isTrue();
        assertThat(again.json().getString("durability")).isEqualTo("settled");
    }

    @Test
    void everything_that_moves_value_can_be_waited_for() {
        JsonObject delta = new JsonObject().put("delta", 1);
        List<Answer> answers = new ArrayList<>();
        answers.add(post("/v1/programs/demo/items/pen/stock", "CF_ISSUER_KEY", delta));
        answers.add(post(
                "/v1/programs/demo/accounts/u_7/adjustments",
                "CF_ADMIN_KEY",
                new JsonObject().put("asset", "points").put("delta", 5).put("reason", "test")));
        Answer held = redeem("k-hold", pen(card(), "R5").put("hold", new JsonObject().put("seconds", 60)), "settled");
        String path = REDEMPTIONS + "/" + held.json().getString("id");
        answers.add(held);
        answers.add(post(path + "/capture", "CF_SECRET_KEY", new JsonObject()));
        answers.add(post(path + "/reverse", "CF_SECRET_KEY", new JsonObject().put("reason", "test")));
        String number = held.json().getJsonObject("card").getString("number");
        answers.add(post(
                "/v1/programs/demo/cards/freeze",
                "CF_ISSUER_KEY",
                new JsonObject().put("number", number).put("reason", "test")));
        for (Answer answer : answers) {
            assertThat(answer.status()).as(answer.text()).isIn(200, 201);
            assertThat(answer.json().getString("durability")).as(answer.text()).isEqualTo("settled");
        }
        Answer batch = post(
                "/v1/programs/demo/batches",
                "CF_ISSUER_KEY",
                new JsonObject().put("card_type", "gift-1000").put("count", 3));
        assertThat(batch.text()).endsWith("\"durability\":\"settled\"}\n");
    }

    /** An answer to a step tells of the step, not of the redemption that it follows. */
    @Test
    void a_capture_says_what_it_reached_itself() {
        Answer held = redeem("k-own", pen(card(), "R8").put("hold", new JsonObject().put("seconds", 60)), "durable");
        assertThat(held.json().getString("durability")).isEqualTo("durable");
        Answer captured =
                post(REDEMPTIONS + "/" + held.json().getString("id") + "/capture", "CF_SECRET_KEY", new JsonObject());
        assertThat(captured.json().getString("durability")).isEqualTo("settled");
    }

    @Test
    void a_thousand_that_wait_are_all_told() {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        String secret = card();
        for (int i = 0; i < 1_000; i++) {
            answers.add(sendRedemption("k-many-" + i, pen(secret, "R6"), "settled"));
        }
        for (CompletableFuture<Answer> answer : answers) {
            assertThat(answer.join().json().getString("durability")).isEqualTo("settled");
        }
    }

    @Test
    void while_nobody_settles_the_answer_comes_in_time_and_says_what_was_reached(@TempDir Path elsewhere) {
        Map<String, String> settings = new HashMap<>();
        settings.put("COUNTERFOIL_SETTLEMENT_ENABLED", "false");
        settings.put("COUNTERFOIL_LEDGER_DURABILITY", "settled");
        settings.put("COUNTERFOIL_LEDGER_SETTLED_WAIT", "200ms");
        try (RunningGateway alone = RunningGateway.in(elsewhere, settings)) {
            JsonObject crab = new JsonObject()
                    .put("secret", alone.cards("gift-1000", 1).get(0))
                    .put("item", "crab-8")
                    .put("account", "u_1");
            Answer late = alone.redeem("k-late", crab);
            assertThat(late.status()).isEqualTo(201);
            assertThat(late.json().getString("durability")).isEqualTo("durable");
            assertThat(alone.get(REDEMPTIONS + "/" + late.json().getString("id"), "CF_SECRET_KEY")
                            .text())
                    .isEqualTo(late.text());

            Map<String, String> command = Map.of("COUNTERFOIL_DATA_DIR", elsewhere.toString());
            CommandLineRun settle = CommandLineRun.of(command, "settle", "--once", "--json");
            assertThat(settle.err()).isEmpty();
            assertThat(settle.status()).isZero();
            assertThat(new JsonObject(settle.lines().get(0)).getInteger("settled"))
                    .isPositive();
            Answer again = alone.redeem("k-late", crab);
            assertThat(again.replayed()).isTrue();
            assertThat(again.json().getString("durability")).isEqualTo("settled");
            assertThat(alone.get(REDEMPTIONS + "/" + late.json().getString("id"), "CF_SECRET_KEY")
                            .text())
                    .isEqualTo(again.text());
        }
    }

    @Test
    void dead_letters_are_named_answered_from_and_settled_by_the_command(@TempDir Path elsewhere) {
        Map<String, String> command = Map.of("COUNTERFOIL_DATA_DIR", elsewhere.toString());
        try (RunningGateway apart = RunningGateway.in(elsewhere, Map.of("COUNTERFOIL_LEDGER_JOURNAL_KEEP", "0"))) {
            apart.item("pen", 10, 100, new JsonObject());
            constraint(command, "add constraint refused check (reference is distinct from 'poison')");
            JsonObject poison = pen(apart.cards("gift-1000", 1).get(0), "poison");
            Answer first = apart.sendAsync(
                            "POST", REDEMPTIONS, "CF_SECRET_KEY", poison.encode(), asking("k-dead", "settled"))
                    .join();
            assertThat(first.json().getString("durability")).isEqualTo("durable");
            assertThat(apart.redeem("k-dead", poison).text()).isEqualTo(first.text());

            CommandLineRun refused = CommandLineRun.of(command, "settle", "--retry-dead-letters");
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.lines().get(0))
                    .startsWith("demo.0: 0 dead letters settled, 1 dead letters left: transaction ")
                    .doesNotContain("poison");
            CommandLineRun reconcile = CommandLineRun.of(command, "reconcile");
            assertThat(reconcile.status()).isEqualTo(1);
            assertThat(reconcile.out()).contains("dead letter", "item:pen");

            constraint(command, "drop constraint refused");
            CommandLineRun settled = CommandLineRun.of(command, "settle", "--retry-dead-letters");
            assertThat(settled.out()).startsWith("1 dead letters settled in 1 cells");
            assertThat(settled.status()).isZero();
            assertThat(CommandLineRun.of(command, "reconcile").status()).isZero();
        }
    }

    private static void constraint(Map<String, String> environment, String change) {
        try (Stores stores = Stores.forCommand(SettingsFile.load(Optional.empty(), environment))) {
            int changed =
                    stores.database().jdbi().withHandle(handle -> handle.execute("alter table transactions " + change));
            assertThat(changed).isZero();
        }
    }

    private static String card() {
        return gateway.cards("gift-1000", 1).get(0);
    }

    private static JsonObject pen(String secret, String reference) {
        return new JsonObject().put("secret", secret).put("item", "pen").put("reference", reference);
    }

    private static Answer redeem(String key, JsonObject body, String level) {
        return sendRedemption(key, body, level).join();
    }

    private static CompletableFuture<Answer> sendRedemption(String key, JsonObject body, String level) {
        return gateway.sendAsync("POST", REDEMPTIONS, "CF_SECRET_KEY", body.encode(), asking(key, level));
    }

    private static Answer post(String path, String key, JsonObject body) {
        return gateway.sendAsync("POST", path, key, body.encode(), asking(RunningGateway.key(), "settled"))
                .join();
    }

    private static UnaryOperator<HttpRequest.Builder> asking(String key, String level) {
        return request -> request.header("Idempotency-Key", key).header("Counterfoil-Durability", level);
    }
}
