package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cards that were given out before are taken over with their secrets, once, through two gateways. */
class ImportedCardsIT {
    private static final String IMPORT = "/batches/import";
    private static final JsonObject LARGE = space(36, 20);
    private static TwoGateways gateways;

    @BeforeAll
    static void open() {
        gateways = new TwoGateways(Map.of("COUNTERFOIL_GUARD_CHALLENGE_BITS", "8"));
        gateways.item("crab", new JsonObject().put("CNY", 100), 1_000_000, new JsonObject());
        Answer first = send(0, of(LARGE, card("the-first")));
        assertThat(first.status()).as(first.text()).isEqualTo(201);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> gateways.lookUp(1, "the-first").join().status() == 200);
    }

    @AfterAll
    static void close() {
        gateways.reconcile();
        gateways.close();
    }

    private static JsonObject space(int symbols, int characters) {
        return new JsonObject().put("symbols", symbols).put("characters", characters);
    }

    private static JsonObject card(String secret) {
        return new JsonObject().put("secret", secret);
    }

    private static JsonObject card(String number, String secret) {
        return card(secret).put("number", number);
    }

    private static JsonObject of(JsonObject space, JsonObject... cards) {
        return new JsonObject()
                .put("card_type", "gift")
                .put("secret_space", space)
                .put("cards", new JsonArray(List.of(cards)));
    }

    private static Answer send(int gateway, JsonObject body) {
        return gateways.post(gateway, IMPORT, RunningGateway.key(), body).join();
    }

    private static Answer lookUp(String secret) {
        return gateways.lookUp(0, secret).join();
    }

    private static Answer redeem(JsonObject... payments) {
        return gateways.redeem(
                        1,
                        RunningGateway.key(),
                        new JsonObject()
                                .put("pay", new JsonArray(List.of(payments)))
                                .put("item", "crab"))
                .join();
    }

    private static List<String> pointers(Answer answer) {
        return answer.json().getJsonArray("errors").stream()
                .map(error -> ((JsonObject) error).getString("pointer"))
                .toList();
    }

    private static long number(String sql) throws SQLException {
        try (Connection books = Servers.connect(gateways.booksUri());
                Statement statement = books.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void a_secret_is_kept_exactly_but_for_white_space_around_it() {
        String made = gateways.cards(1).get(0);
        Answer imported = send(
                0,
                of(
                        LARGE,
                        card("MX-17", " k7Qw-2mZ0 p4Xr ")
                                .put("balance", 70_200)
                                .put("expires_at", "2199-01-01T00:00:00Z"),
                        card("提货卡-0001")));
        assertThat(imported.status()).as(imported.text()).isEqualTo(201);
        assertThat(imported.json().getInteger("count")).isEqualTo(2);
        JsonObject found = lookUp("k7Qw-2mZ0 p4Xr\u3000 ").json();
        assertThat(found.getString("number")).isEqualTo("MX17");
        assertThat(found.getLong("balance")).isEqualTo(70_200);
        assertThat(found.getString("expires_at")).isEqualTo("2199-01-01T00:00:00.000Z");
        for (String other : List.of("K7QW-2MZ0 P4XR", "k7Qw2mZ0p4Xr", "k7Qw-2mZ0  p4Xr", "k7Qw-2mZo p4Xr")) {
            assertThat(lookUp(other).code()).as(other).isEqualTo("card_not_redeemable");
        }
        JsonObject second = lookUp("提货卡-0001").json();
        assertThat(second.getString("number")).startsWith("1000");
        assertThat(second.getLong("balance")).as("the face value").isEqualTo(100_000);
        assertThat(redeem(card("mx 17", "k7Qw-2mZ0 p4Xr")).status()).isEqualTo(201);
        assertThat(redeem(card("k7Qw-2mZ0 p4Xr"), card("mx 17", "k7Qw-2mZ0 p4Xr"))
                        .status())
                .as("the same card twice")
                .isEqualTo(400);
        assertThat(redeem(card("MX18", "k7Qw-2mZ0 p4Xr")).code()).isEqualTo("card_not_redeemable");
        assertThat(lookUp("k7Qw-2mZ0 p4Xr").json().getLong("balance")).isEqualTo(70_100);
        for (String typed : List.of("MX17", "mx-17", "Mx%2017")) {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(gateways.get(0, "/cards?number=" + typed)
                                    .json()
                                    .getJsonArray("data"))
                            .as(typed)
                            .hasSize(1));
        }
        assertThat(gateways.get(0, "/cards?number=--").status()).isEqualTo(400);
        assertThat(lookUp(made.toLowerCase(java.util.Locale.ROOT).replace("-", " "))
                        .status())
                .as("a card made here, as people type it")
                .isEqualTo(200);
    }

    @Test
    void a_pin_that_several_cards_have_finds_its_card_together_with_the_number() {
        JsonObject cards =
                of(LARGE, card("PIN-A", "123456"), card("PIN-B", "123456")).put("number_required", true);
        assertThat(send(1, cards).status()).isEqualTo(201);
        assertThat(lookUp("123456").code()).isEqualTo("card_not_redeemable");
        Answer both = gateways.redeem(
                        0,
                        RunningGateway.key(),
                        new JsonObject()
                                .put(
                                        "pay",
                                        new JsonArray()
                                                .add(card("pin-a", "123456"))
                                                .add(card("pin-b", "123456")))
                                .put(
                                        "amount",
                                        new JsonObject().put("value", 150_000).put("asset", "CNY")))
                .join();
        assertThat(both.status()).as(both.text()).isEqualTo(201);
        assertThat(both.json().getJsonArray("payments").size()).isEqualTo(2);
        for (JsonObject same : List.of(card("PIN-A", "123456"), card("123456"))) {
            Answer twice = redeem(card("pin-a", "123456"), same);
            assertThat(twice.status()).as(twice.text()).isEqualTo(400);
            assertThat(pointers(twice)).containsExactly("/pay/1/secret");
        }
        assertThat(redeem(card("pin-c", "123456")).code()).isEqualTo("card_not_redeemable");
        assertThat(send(0, of(LARGE, card("123456"))).status())
                .as("the same text alone, of yet another card")
                .isEqualTo(201);
        assertThat(redeem(card("pin-b", "123456")).status()).isEqualTo(201);
        assertThat(lookUp("123456").json().getLong("balance")).isEqualTo(100_000);
        Answer unnumbered = send(0, of(LARGE, card("1234567")).put("number_required", true));
        assertThat(pointers(unnumbered)).containsExactly("/cards/0/number");
    }

    @Test
    void what_is_another_cards_is_named_and_nothing_is_imported() {
        assertThat(send(0, of(LARGE, card("TAKEN1", "taken-secret"))).status()).isEqualTo(201);
        Answer secrets = send(1, of(LARGE, card("fresh-1"), card("taken-secret"), card("fresh-2")));
        assertThat(secrets.status()).isEqualTo(409);
        assertThat(secrets.code()).isEqualTo("card_exists");
        assertThat(pointers(secrets)).containsExactly("/cards/1/secret");
        Answer numbers = send(1, of(LARGE, card("FREE1", "fresh-3"), card("taken-1", "fresh-4")));
        assertThat(numbers.code()).isEqualTo("card_exists");
        assertThat(pointers(numbers)).containsExactly("/cards/1/number");
        Stream.of("fresh-1", "fresh-2", "fresh-3", "fresh-4")
                .forEach(fresh -> assertThat(lookUp(fresh).code()).as(fresh).isEqualTo("card_not_redeemable"));
        assertThat(send(0, of(LARGE, card("FREE1", "fresh-1"))).status())
                .as("what was refused took nothing")
                .isEqualTo(201);
        Answer own = send(0, of(LARGE, card(gateways.cards(1).get(0))));
        assertThat(own.code()).as("a card made here, as it is printed").isEqualTo("card_exists");
        assertThat(pointers(own)).containsExactly("/cards/0/secret");
        Answer twice = send(0, of(LARGE, card("A1", "one"), card("A2", "one"), card("a-1", "two")));
        assertThat(twice.status()).isEqualTo(400);
        assertThat(pointers(twice)).containsExactly("/cards/1/secret", "/cards/2/number");
        Answer reserved = send(0, of(LARGE, card("1000 0000 0000 0042", "three"), card("   ")));
        assertThat(pointers(reserved)).containsExactly("/cards/0/number", "/cards/1/secret");
        Answer zero = send(0, of(LARGE, card("zero").put("expires_at", "1970-01-01T00:00:00Z")));
        assertThat(pointers(zero)).as("not for ever").containsExactly("/cards/0/expires_at");
        assertThat(reserved.text()).doesNotContain("three");
    }

    @Test
    void of_many_imports_of_the_same_cards_one_goes_through() throws Exception {
        List<CompletableFuture<Answer>> racers = IntStream.range(0, 16)
                .mapToObj(i -> gateways.post(
                        i % 2,
                        IMPORT,
                        RunningGateway.key(),
                        of(LARGE, card("race-own-" + i), card("race-for"), card("race-for-too"))))
                .toList();
        List<Integer> statuses =
                racers.stream().map(racer -> racer.join().status()).sorted().toList();
        assertThat(statuses.subList(0, 1)).containsExactly(201);
        assertThat(statuses.subList(1, 16)).containsOnly(409);
        long own = IntStream.range(0, 16)
                .filter(i -> lookUp("race-own-" + i).status() == 200)
                .count();
        assertThat(own).isEqualTo(1);

        List<CompletableFuture<Answer>> numbers = IntStream.range(0, 16)
                .mapToObj(i -> gateways.post(
                        i % 2, IMPORT, RunningGateway.key(), of(LARGE, card("RACE1", "race-number-" + i))))
                .toList();
        assertThat(numbers.stream().filter(racer -> racer.join().status() == 201))
                .hasSize(1);
        gateways.reconcile();
        assertThat(number("select count(*) from card where number = 'RACE1'")).isEqualTo(1);
    }

    @Test
    void the_same_request_again_is_answered_the_same_and_imports_once() throws Exception {
        JsonObject body = of(LARGE, card("again-1"), card("AGAIN2", "again-2"));
        List<Answer> answers =
                IntStream.range(0, 16)
                        .mapToObj(i -> gateways.post(i % 2, IMPORT, "import-again", body))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .toList();
        assertThat(answers).allMatch(answer -> answer.status() == 201);
        assertThat(answers.stream().map(Answer::text).distinct()).hasSize(1);
        assertThat(answers.stream().filter(Answer::replayed)).hasSize(15);
        JsonObject other = of(LARGE, card("again-1"), card("AGAIN2", "again-3"));
        assertThat(gateways.post(0, IMPORT, "import-again", other).join().code())
                .isEqualTo("idempotency_key_reused");
        gateways.reconcile();
        String batch = answers.get(0).json().getString("batch");
        assertThat(number("select count(*) from card where batch = '" + batch + "'"))
                .isEqualTo(2);
        // The record has lapsed.
        TwoGateways.redis("DEL " + record(batch));
        Answer later = gateways.post(1, IMPORT, "import-again", body).join();
        assertThat(later.status()).as(later.text()).isEqualTo(201);
        assertThat(later.replayed()).isTrue();
        assertThat(later.json().getString("batch")).isEqualTo(batch);
    }

    /** The key of the idempotency record in Redis that names the batch. */
    private static String record(String batch) throws SQLException {
        try (Connection books = Servers.connect(gateways.booksUri());
                Statement statement = books.createStatement();
                ResultSet row =
                        statement.executeQuery("select encode(idem, 'base64') from batch where id = '" + batch + "'")) {
            row.next();
            return "{twin.0}:idem:"
                    + row.getString(1).replace('+', '-').replace('/', '_').replace("=", "");
        }
    }

    @Test
    void an_import_is_a_batch_that_is_activated_or_voided() {
        Answer imported = send(0, of(LARGE, card("asleep-1"), card("asleep-2")).put("state", "inactive"));
        String batch = imported.json().getString("batch");
        assertThat(redeem(card("asleep-1")).code()).isEqualTo("card_inactive");
        Answer activated = gateways.post(0, "/batches/" + batch + "/activate", RunningGateway.key(), new JsonObject())
                .join();
        assertThat(activated.json().getInteger("activated")).isEqualTo(2);
        assertThat(redeem(card("asleep-1")).status()).isEqualTo(201);
        Answer voided = gateways.post(0, "/batches/" + batch + "/void", RunningGateway.key(), new JsonObject())
                .join();
        assertThat(voided.json().getInteger("voided")).isEqualTo(1);
        assertThat(voided.json().getInteger("left")).isEqualTo(1);
        assertThat(redeem(card("asleep-2")).code()).isEqualTo("card_void");
    }

    @Test
    void what_is_imported_counts_as_issued_under_the_keys_ceiling() {
        String key = gateways.command(
                        "keys",
                        "create",
                        "--issuer",
                        "acme",
                        "--client",
                        "few",
                        "--scopes",
                        "issue,lookup",
                        "--ceilings",
                        "issued:CNY=150000")
                .lines()
                .get(0);
        Awaitility.await()
                .until(() -> IntStream.range(0, 2)
                        .allMatch(gateway -> gateways.send(gateway, key, "/cards/lookup", card("nobodys"))
                                        .status()
                                == 422));
        Answer more = gateways.send(0, key, IMPORT, of(LARGE, card("few-1"), card("few-2")));
        assertThat(more.code()).isEqualTo("quota_exceeded");
        assertThat(lookUp("few-1").status()).isEqualTo(422);
        JsonObject less =
                of(LARGE, card("few-1").put("balance", 149_999), card("few-2").put("balance", 1));
        assertThat(gateways.send(0, key, IMPORT, less).status()).isEqualTo(201);
        Answer none = gateways.send(1, key, IMPORT, of(LARGE, card("few-3").put("balance", 1)));
        assertThat(none.code()).isEqualTo("quota_exceeded");
    }

    @Test
    void what_a_guesser_would_find_is_told_and_makes_pages_work() throws Exception {
        String page = gateways.newKey("publishable");
        JsonObject lookUp = card("pin-guess-1");
        Awaitility.await()
                .until(() -> gateways.send(0, page, "/cards/lookup", lookUp).status() == 422);
        JsonObject[] cards =
                IntStream.range(0, 100).mapToObj(i -> card("pin-guess-" + i)).toArray(JsonObject[]::new);
        Answer imported = send(0, of(space(10, 6), cards));
        assertThat(imported.status()).isEqualTo(201);
        // 1,000 failures a day x 365 x 100 / 10^6
        assertThat(imported.header("Counterfoil-Expected-Hits")).isEqualTo("3.7e+01");
        for (int gateway = 0; gateway < 2; gateway++) {
            int one = gateway;
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() ->
                            gateways.send(one, page, "/cards/lookup", lookUp).code() != null
                                    && gateways.send(one, page, "/cards/lookup", lookUp)
                                            .code()
                                            .equals("challenge_required"));
        }
        assertThat(gateways.send(0, page, "/cards/lookup", card("nobodys")).code())
                .as("the same of a secret that is nobody's")
                .isEqualTo("challenge_required");
        assertThat(lookUp("pin-guess-1").status()).as("a secret key").isEqualTo(200);
        gateways.reconcile();
        assertThat(number("select count(*) from transactions where data::text like '%pin-guess%'"
                                + " or result::text like '%pin-guess%'")
                        + number("select count(*) from audit where coalesce(after::text, '') like '%pin-guess%'"))
                .as("secrets in the books")
                .isZero();
    }
}
