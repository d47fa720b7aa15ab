package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an issuer does to cards that exist, over HTTP, on real servers. */
class CardsIT {
    private static final String CARDS = "/v1/programs/demo/cards";

    @TempDir
    static Path folder;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.onSharedServers(folder.resolve("data"));
        gateway.item("pear", 100, 1000, new JsonObject());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void a_frozen_card_is_refused_and_redeems_again_once_it_is_unfrozen() {
        JsonObject card = make(1).get(0);
        JsonObject one =
                new JsonObject().put("number", card.getString("number")).put("reason", "lost");
        Answer frozen = change("freeze", "freeze-1", one);
        assertThat(frozen.text()).isEqualTo("{\"cards\":1,\"changed\":1,\"left\":0,\"durability\":\"durable\"}");
        assertThat(redeem(card).code()).isEqualTo("card_frozen");
        Answer again = change("freeze", "freeze-1", one);
        assertThat(again.text()).isEqualTo(frozen.text());
        assertThat(again.replayed()).isTrue();
        assertThat(change("freeze", "freeze-1", one.copy().put("reason", "other"))
                        .code())
                .isEqualTo("idempotency_key_reused");
        assertThat(change("unfreeze", RunningGateway.key(), one).json().getInteger("changed"))
                .isEqualTo(1);
        assertThat(redeem(card).status()).isEqualTo(201);
    }

    @Test
    void a_range_is_frozen_as_a_whole_and_listed_in_pages() {
        List<JsonObject> cards = make(501);
        JsonObject range = new JsonObject()
                .put("from", cards.get(0).getString("number"))
                .put("to", cards.get(500).getString("number"))
                .put("reason", "file lost");
        assertThat(change("freeze", RunningGateway.key(), range).text())
                .isEqualTo("{\"cards\":501,\"changed\":501,\"left\":0,\"durability\":\"durable\"}");
        assertThat(redeem(cards.get(500)).code()).isEqualTo("card_frozen");
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> count("?state=frozen&limit=200") == 501);
        assertThat(change("unfreeze", RunningGateway.key(), range).json().getInteger("changed"))
                .isEqualTo(501);
    }

    private static int count(String query) {
        int count = 0;
        String cursor = "";
        while (cursor != null) {
            Answer page = gateway.get(CARDS + query + cursor, "CF_ISSUER_KEY");
            count += page.json().getJsonArray("data").size();
            String next = page.json().getString("next_cursor");
            cursor = next == null ? null : "&cursor=" + next;
        }
        return count;
    }

    @Test
    void voiding_takes_what_is_left_and_the_card_tells_what_moved_it() {
        JsonObject card = make(1).get(0);
        assertThat(redeem(card).status()).isEqualTo(201);
        JsonObject one =
                new JsonObject().put("number", card.getString("number")).put("reason", "fraud");
        assertThat(change("void", RunningGateway.key(), one).json().getInteger("changed"))
                .isEqualTo(1);
        assertThat(redeem(card).code()).isEqualTo("card_void");
        String query = CARDS + "?state=void&number=" + card.getString("number");
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> gateway.get(query, "CF_ISSUER_KEY")
                                .json()
                                .getJsonArray("data")
                                .size()
                        == 1);
        JsonObject found =
                gateway.get(query, "CF_ISSUER_KEY").json().getJsonArray("data").getJsonObject(0);
        assertThat(found.getInteger("balance")).isZero();
        String path = CARDS + "/" + found.getString("id");
        assertThat(gateway.get(path, "CF_ISSUER_KEY").json().getString("state")).isEqualTo("void");
        JsonObject page =
                gateway.get(path + "/transactions?limit=2", "CF_ISSUER_KEY").json();
        JsonObject last = page.getJsonArray("data").getJsonObject(0);
        JsonObject spent = page.getJsonArray("data").getJsonObject(1);
        assertThat(last.getString("type")).isEqualTo("reversal");
        assertThat(last.getString("reason")).isEqualTo("fraud");
        assertThat(last.getInteger("amount")).isEqualTo(-99_900);
        assertThat(spent.getInteger("amount")).isEqualTo(-100);
        assertThat(spent.getInteger("balance_after")).isEqualTo(99_900);
        String rest = path + "/transactions?cursor=" + page.getString("next_cursor");
        JsonObject made = gateway.get(rest, "CF_ISSUER_KEY").json();
        assertThat(made.getJsonArray("data").getJsonObject(0).getString("type")).isEqualTo("issue");
        assertThat(made.getString("next_cursor")).isNull();
    }

    @Test
    void a_range_is_voided_from_its_first_number_to_its_last_and_no_card_beside_it() {
        List<JsonObject> cards = make(5);
        assertThat(redeem(cards.get(2)).status()).isEqualTo(201);
        assertThat(change("void", RunningGateway.key(), range(cards, 1, 3)).text())
                .isEqualTo("{\"cards\":3,\"changed\":3,\"left\":0,\"durability\":\"durable\"}");
        assertThat(cards.stream().map(card -> lookUp(card).getString("state")))
                .containsExactly("active", "void", "void", "void", "active");
        assertThat(cards.stream().map(card -> lookUp(card).getLong("balance")))
                .containsExactly(100_000L, 0L, 0L, 0L, 100_000L);
        assertThat(cards.stream().map(card -> redeem(card).status())).containsExactly(201, 409, 409, 409, 201);
        assertThat(change("unfreeze", RunningGateway.key(), range(cards, 1, 3))
                        .json()
                        .getInteger("changed"))
                .as("of void cards")
                .isZero();
    }

    @Test
    void a_range_is_extended_from_its_first_number_to_its_last_but_for_a_card_that_lasts_longer() {
        Answer type = gateway.send(
                "PUT",
                "/v1/programs/demo/card-types/week-pass",
                "CF_ISSUER_KEY",
                new JsonObject()
                        .put("name", "Week pass")
                        .put("asset", "CNY")
                        .put("face_value", 100)
                        .put("validity_days", 7));
        assertThat(type.status()).as(type.text()).isEqualTo(201);
        List<JsonObject> cards = make("week-pass", 5);
        String before = lookUp(cards.get(0)).getString("expires_at");
        String later = "2998-01-01T00:00:00.000Z";
        String latest = "2999-01-01T00:00:00.000Z";
        assertThat(change("extend", RunningGateway.key(), range(cards, 2, 2).put("expires_at", latest))
                        .json()
                        .getInteger("changed"))
                .isEqualTo(1);
        assertThat(change("extend", RunningGateway.key(), range(cards, 1, 3).put("expires_at", later))
                        .text())
                .isEqualTo("{\"cards\":3,\"changed\":2,\"left\":1,\"durability\":\"durable\"}");
        assertThat(cards.stream().map(card -> lookUp(card).getString("expires_at")))
                .containsExactly(before, later, latest, later, before);
    }

    @Test
    void a_range_of_more_than_a_hundred_thousand_cards_is_refused_and_none_of_them_changed() {
        List<JsonObject> cards = make(100_001);
        JsonObject all = range(cards, 0, 100_000);
        Answer refused = change("freeze", RunningGateway.key(), all);
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        JsonObject error = refused.json().getJsonArray("errors").getJsonObject(0);
        assertThat(error.getString("pointer")).isEqualTo("/to");
        assertThat(error.getString("detail")).contains("100000");
        assertThat(lookUp(cards.get(0)).getString("state")).isEqualTo("active");
        assertThat(redeem(cards.get(100_000)).status()).isEqualTo(201);
    }

    @Test
    void cards_are_listed_by_the_state_that_they_are_in_now() {
        JsonArray sent = new JsonArray();
        for (int i = 0; i < 5; i++) {
            sent.add(new JsonObject().put("secret", RunningGateway.key()).put("number", "ST-" + i));
        }
        sent.getJsonObject(2)
                .put("expires_at", Instant.now().plus(Duration.ofSeconds(2)).toString());
        String batch = gateway.post(
                        "/v1/programs/demo/batches/import",
                        "CF_ISSUER_KEY",
                        RunningGateway.key(),
                        new JsonObject()
                                .put("card_type", "gift-1000")
                                .put(
                                        "secret_space",
                                        new JsonObject().put("symbols", 36).put("characters", 20))
                                .put("cards", sent))
                .json()
                .getString("batch");
        for (String verb : List.of("freeze", "void")) {
            JsonObject one = new JsonObject()
                    .put("number", verb.equals("void") ? "ST-4" : "ST-3")
                    .put("reason", "lost");
            assertThat(change(verb, RunningGateway.key(), one).json().getInteger("changed"))
                    .isEqualTo(1);
        }
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(numbers("?state=expired&batch=" + batch)).hasSize(1));
        assertThat(numbers("?batch=" + batch)).hasSize(5);
        assertThat(numbers("?state=active&batch=" + batch)).isEqualTo(List.of("ST0", "ST1"));
        assertThat(numbers("?state=expired&batch=" + batch)).isEqualTo(List.of("ST2"));
        assertThat(numbers("?state=frozen&batch=" + batch)).isEqualTo(List.of("ST3"));
        assertThat(numbers("?state=void&batch=" + batch)).isEqualTo(List.of("ST4"));
        assertThat(numbers("?state=inactive&batch=" + batch)).isEmpty();
        assertThat(gateway.get(CARDS + "?state=asleep", "CF_ISSUER_KEY").status())
                .isEqualTo(400);
        JsonObject found = new JsonObject().put("number", "ST-3").put("reason", "found");
        assertThat(change("unfreeze", RunningGateway.key(), found).json().getInteger("changed"))
                .isEqualTo(1);
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(numbers("?state=frozen&batch=" + batch)).isEmpty());
    }

    @Test
    void the_cards_of_an_account_are_listed_by_number_in_pages() throws SQLException {
        List<JsonObject> cards = make(6);
        List<String> numbers =
                cards.stream().map(card -> card.getString("number")).toList();
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(numbers("?number=" + numbers.get(5))).hasSize(1));
        // Nothing over HTTP gives a card to an account yet, so the books are told.
        try (Connection books = Servers.connect(gateway.environment().get("COUNTERFOIL_POSTGRES_URI"));
                Statement statement = books.createStatement()) {
            statement.execute("update card set owner = case number when '" + numbers.get(5)
                    + "' then 'u_other' else 'u_cards' end where number between '" + numbers.get(0) + "' and '"
                    + numbers.get(5) + "'");
        }
        Answer first = gateway.get(CARDS + "?account=u_cards&limit=2", "CF_ISSUER_KEY");
        for (Object card : first.json().getJsonArray("data")) {
            assertThat(((JsonObject) card).getString("account")).isEqualTo("u_cards");
            assertThat(((JsonObject) card).getLong("balance")).isEqualTo(100_000);
        }
        assertThat(numbers(first)).isEqualTo(numbers.subList(0, 2));
        Answer second = after(first);
        assertThat(numbers(second)).isEqualTo(numbers.subList(2, 4));
        Answer last = after(second);
        assertThat(numbers(last)).isEqualTo(numbers.subList(4, 5));
        assertThat(last.json().getString("next_cursor")).isNull();
        assertThat(numbers("?account=u_other")).isEqualTo(numbers.subList(5, 6));
        assertThat(numbers("?account=u_other&state=frozen")).isEmpty();
        assertThat(numbers("?account=u_nobody")).isEmpty();
    }

    private static Answer after(Answer page) {
        String cursor = page.json().getString("next_cursor");
        return gateway.get(CARDS + "?account=u_cards&limit=2&cursor=" + cursor, "CF_ISSUER_KEY");
    }

    private static List<String> numbers(String query) {
        return numbers(gateway.get(CARDS + query, "CF_ISSUER_KEY"));
    }

    private static List<String> numbers(Answer page) {
        return page.json().getJsonArray("data").stream()
                .map(card -> ((JsonObject) card).getString("number"))
                .toList();
    }

    private static JsonObject range(List<JsonObject> cards, int first, int last) {
        return new JsonObject()
                .put("from", cards.get(first).getString("number"))
                .put("to", cards.get(last).getString("number"))
                .put("reason", "file lost");
    }

    private static JsonObject lookUp(JsonObject card) {
        JsonObject secret = new JsonObject().put("secret", card.getString("secret"));
        return gateway.send("POST", CARDS + "/lookup", "CF_SECRET_KEY", secret).json();
    }

    @Test
    void a_card_that_lasts_for_ever_is_not_extended_and_mistakes_are_named() {
        String number = make(1).get(0).getString("number");
        JsonObject one = new JsonObject().put("number", number).put("reason", "goodwill");
        assertThat(change("extend", RunningGateway.key(), one).text()).contains("/expires_at");
        assertThat(change("extend", RunningGateway.key(), one.copy().put("expires_at", "2020-01-01T00:00:00Z"))
                        .text())
                .contains("/expires_at");
        assertThat(change("extend", RunningGateway.key(), one.copy().put("expires_at", "2999-01-01T00:00:00Z"))
                        .json()
                        .getInteger("left"))
                .isEqualTo(1);
        JsonObject back = new JsonObject().put("from", number).put("to", "1").put("reason", "x");
        assertThat(change("freeze", RunningGateway.key(), back).text()).contains("/to");
        JsonObject nobody = new JsonObject().put("number", "9999999999999999").put("reason", "x");
        assertThat(change("freeze", RunningGateway.key(), nobody).status()).isEqualTo(404);
        assertThat(gateway.get(CARDS + "/card_AAAAAAAAAAAAAAAA", "CF_ISSUER_KEY")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_card_lasts_as_long_as_it_is_extended_to_in_both_stores_and_never_shorter() {
        Answer type = gateway.send(
                "PUT",
                "/v1/programs/demo/card-types/day-pass",
                "CF_ISSUER_KEY",
                new JsonObject()
                        .put("name", "Day pass")
                        .put("asset", "CNY")
                        .put("face_value", 100)
                        .put("validity_days", 1));
        assertThat(type.status()).as(type.text()).isEqualTo(201);
        String secret = gateway.cards("day-pass", 1).get(0);
        JsonObject lookUp = new JsonObject().put("secret", secret);
        JsonObject card =
                gateway.send("POST", CARDS + "/lookup", "CF_SECRET_KEY", lookUp).json();
        String number = card.getString("number");
        JsonObject extend = new JsonObject().put("number", number).put("reason", "goodwill");
        JsonObject later = extend.copy().put("expires_at", "2999-01-01T00:00:00.123Z");
        assertThat(change("extend", RunningGateway.key(), later).json().getInteger("changed"))
                .isEqualTo(1);
        assertThat(change("extend", RunningGateway.key(), extend.copy().put("expires_at", "2998-01-01T00:00:00Z"))
                        .json()
                        .getInteger("left"))
                .isEqualTo(1);
        assertThat(gateway.send("POST", CARDS + "/lookup", "CF_SECRET_KEY", lookUp)
                        .json()
                        .getString("expires_at"))
                .isEqualTo("2999-01-01T00:00:00.123Z");
        Awaitility.await()
                .untilAsserted(() -> assertThat(gateway.get(CARDS + "?number=" + number, "CF_ISSUER_KEY")
                                .text())
                        .contains("2999-01-01T00:00:00.123Z"));
        assertThat(change("extend", RunningGateway.key(), extend.copy().putNull("expires_at"))
                        .json()
                        .getInteger("changed"))
                .isEqualTo(1);
        Awaitility.await()
                .untilAsserted(() -> assertThat(gateway.get(CARDS + "?number=" + number, "CF_ISSUER_KEY")
                                .text())
                        .contains("\"expires_at\":null"));
    }

    private static Answer change(String kind, String key, JsonObject body) {
        return gateway.post(CARDS + "/" + kind, "CF_ISSUER_KEY", key, body);
    }

    private static Answer redeem(JsonObject card) {
        return gateway.redeem(
                RunningGateway.key(),
                new JsonObject().put("secret", card.getString("secret")).put("item", "pear"));
    }

    private static List<JsonObject> make(int count) {
        return make("gift-1000", count);
    }

    private static List<JsonObject> make(String cardType, int count) {
        return gateway.post(
                        "/v1/programs/demo/batches",
                        "CF_ISSUER_KEY",
                        RunningGateway.key(),
                        new JsonObject().put("card_type", cardType).put("count", count))
                .text()
                .lines()
                .map(JsonObject::new)
                .filter(line -> line.containsKey("secret"))
                .toList();
    }
}
