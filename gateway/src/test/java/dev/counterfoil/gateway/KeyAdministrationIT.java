package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keys as an issuer manages them over HTTP, and what they are held to. */
class KeyAdministrationIT {
    private static final String PROGRAM = "/v1/programs/" + TwoGateways.PROGRAM;
    private static final String ALL = "redeem,lookup,read,issue,catalog,adjust,reverse,admin";

    private static TwoGateways gateways;
    private static String admin;
    private static String client;

    @BeforeAll
    static void start() {
        gateways = new TwoGateways();
        admin = command("--scopes", ALL);
        accepted(admin, "/v1/keys");
        Answer made = call(0, "POST", "/v1/clients", admin, new JsonObject().put("name", "Shop"));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        client = made.json().getString("id");
        gateways.item("crab", new JsonObject().put("CNY", 1_000), 1_000, new JsonObject());
    }

    @AfterAll
    static void stop() {
        gateways.reconcile();
        gateways.close();
    }

    @Test
    void a_key_is_made_changed_and_listed_and_its_text_is_shown_once() {
        Answer made = call(
                0,
                "POST",
                "/v1/keys",
                admin,
                draft("read")
                        .put("addresses", new JsonArray().add("127.0.0.0/8"))
                        .put("rate", "600/1m"));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        String text = made.json().getString("key");
        String path = "/v1/keys/" + made.json().getString("id");
        accepted(text, PROGRAM);
        Answer changed = call(
                1,
                "PATCH",
                path,
                admin,
                new JsonObject()
                        .put("addresses", new JsonArray().add("198.51.100.0/24"))
                        .putNull("rate")
                        .put("ceilings", new JsonObject().put("issued", new JsonObject().put("CNY", 5))));
        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        assertThat(changed.json().containsKey("rate")).isFalse();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> call(0, "GET", PROGRAM, text, null).status() == 401);
        assertThat(gateways.metrics(0) + gateways.metrics(1))
                .containsPattern("counterfoil_keys_refused_total\\{reason=\"address\"} [1-9]");
        Answer one = call(0, "GET", path, admin, null);
        assertThat(one.json()).isEqualTo(changed.json());
        Answer list = call(0, "GET", "/v1/keys?limit=200", admin, null);
        assertThat(list.text()).contains(made.json().getString("id")).doesNotContain(secret(text));
        Answer audit = call(0, "GET", "/v1/audit?limit=200", admin, null);
        assertThat(audit.text())
                .contains("key.create", "key.change", "client.create", "item.put")
                .doesNotContain(secret(text));
    }

    @Test
    void mistakes_are_named_by_place() {
        JsonObject body = draft("read")
                .put("kind", "secret")
                .put("addresses", new JsonArray().add("127.0.0.1/8"))
                .put("foo", 1);
        Answer refused = call(0, "POST", "/v1/keys", admin, body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("/addresses/0", "127.0.0.1/8", "/foo");
        assertThat(call(0, "POST", "/v1/keys", admin, draft("read").put("client", "cl_nobody"))
                        .text())
                .contains("/client", "cl_nobody");
        assertThat(call(0, "POST", "/v1/keys/nobody/rotate", admin, null).status())
                .isEqualTo(404);
    }

    @Test
    void a_key_gives_nothing_that_it_lacks() {
        String narrow = command("--scopes", "admin,read", "--programs", TwoGateways.PROGRAM);
        accepted(narrow, "/v1/keys");
        JsonArray program = new JsonArray().add(TwoGateways.PROGRAM);
        assertThat(call(0, "POST", "/v1/keys", narrow, draft("redeem").put("programs", program))
                        .status())
                .isEqualTo(403);
        assertThat(call(0, "POST", "/v1/keys", narrow, draft("read")).status()).isEqualTo(403);
        assertThat(call(0, "POST", "/v1/keys", narrow, draft("read").put("programs", program))
                        .status())
                .isEqualTo(201);
        for (String step : List.of("/rotate", "")) {
            Answer wider = call(
                    0, step.isEmpty() ? "PATCH" : "POST", "/v1/keys/" + id(admin) + step, narrow, new JsonObject());
            assertThat(wider.status()).as(step).isEqualTo(404);
        }
    }

    @Test
    void an_admin_key_for_some_programs_knows_and_changes_the_keys_of_those_only() {
        gateways.command("programs", "create", "--id", "other", "--issuer", "acme", "--zone", "UTC", "--assets", "CNY");
        String narrow = command("--scopes", "admin,read", "--programs", TwoGateways.PROGRAM);
        accepted(narrow, "/v1/keys");
        String own = command("--scopes", "read", "--programs", TwoGateways.PROGRAM);
        List<String> beyond = List.of(
                command("--scopes", "read"),
                command("--scopes", "read", "--programs", "other"),
                command("--scopes", "read", "--programs", TwoGateways.PROGRAM + ",other"));
        accepted(own, PROGRAM);
        accepted(beyond.get(0), PROGRAM);
        String list = call(0, "GET", "/v1/keys?limit=200", narrow, null).text();
        assertThat(list).contains(id(own), id(narrow));
        for (String key : beyond) {
            assertThat(list).doesNotContain(id(key));
            String path = "/v1/keys/" + id(key);
            assertThat(call(0, "GET", path, narrow, null).status()).isEqualTo(404);
            assertThat(call(0, "PATCH", path, narrow, new JsonObject().put("name", "Mine"))
                            .status())
                    .isEqualTo(404);
            assertThat(call(0, "POST", path + "/rotate", narrow, null).status()).isEqualTo(404);
            assertThat(call(0, "POST", path + "/revoke", narrow, null).text()).contains("no such key");
        }
        assertThat(call(0, "GET", "/v1/keys/" + id(own), narrow, null).status()).isEqualTo(200);
        assertThat(call(0, "POST", "/v1/keys/" + id(own) + "/revoke", narrow, null)
                        .status())
                .isEqualTo(200);
        await().until(() -> call(0, "GET", PROGRAM, own, null).status() == 401);
        assertThat(call(0, "GET", PROGRAM, beyond.get(0), null).status()).isEqualTo(200);
    }

    @Test
    void a_programs_name_is_nothing_else_where_keys_are_listed() {
        gateways.command("programs", "create", "--id", "null", "--issuer", "acme", "--zone", "UTC", "--assets", "CNY");
        String narrow = command("--scopes", "admin,read", "--programs", "null");
        accepted(narrow, "/v1/keys");
        assertThat(call(0, "GET", "/v1/keys", narrow, null).text()).contains(id(narrow));
    }

    @Test
    void a_key_with_ceilings_makes_none_without_and_what_it_makes_counts_with_it() {
        JsonObject ceilings = ceiling("adjusted", 1_000);
        String bounded = made(draft("admin", "adjust", "read").put("ceilings", ceilings));
        String another = made(draft("adjust", "read").put("ceilings", ceilings));
        JsonObject wanted = draft("adjust", "read");
        for (JsonObject loose : List.of(
                wanted,
                wanted.copy().put("ceilings", ceiling("adjusted", 1_001)),
                wanted.copy().put("ceilings", ceiling("issued", 1)))) {
            assertThat(call(0, "POST", "/v1/keys", bounded, loose).status()).isEqualTo(403);
        }
        assertThat(call(0, "PATCH", "/v1/keys/" + id(bounded), bounded, new JsonObject().putNull("ceilings"))
                        .status())
                .isEqualTo(403);
        assertThat(call(0, "POST", "/v1/keys/" + id(another) + "/rotate", bounded, null)
                        .status())
                .as("it would be a second allowance")
                .isEqualTo(403);
        String lower = "/v1/keys/" + id(made(draft("adjust", "read").put("ceilings", ceiling("adjusted", 500))));
        assertThat(call(0, "PATCH", lower, bounded, new JsonObject().put("ceilings", ceiling("adjusted", 501)))
                        .status())
                .as("within its own, but it would be more beside them")
                .isEqualTo(403);
        for (JsonObject fine : List.of(
                new JsonObject().put("name", "Till"), new JsonObject().put("ceilings", ceiling("adjusted", 400)))) {
            Answer changed = call(0, "PATCH", lower, bounded, fine);
            assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        }
        Answer made = call(0, "POST", "/v1/keys", bounded, wanted.put("ceilings", ceilings));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        String child = made.json().getString("key");
        accepted(child, PROGRAM);
        String path = PROGRAM + "/accounts/shared/adjustments";
        JsonObject more = new JsonObject().put("asset", "CNY").put("delta", 600).put("reason", "gift");
        assertThat(call(0, "POST", path, bounded, more, "Idempotency-Key", "shared-1")
                        .status())
                .isEqualTo(201);
        Answer beyond = call(0, "POST", path, child, more, "Idempotency-Key", "shared-2");
        assertThat(refusedBy(List.of(beyond), "key_daily_adjusted")).isEqualTo(1);
        assertThat(call(0, "POST", path, child, more.put("delta", 400), "Idempotency-Key", "shared-3")
                        .status())
                .isEqualTo(201);
        assertThat(call(0, "POST", "/v1/keys/" + id(child) + "/rotate", bounded, null)
                        .status())
                .isEqualTo(201);
    }

    @Test
    void what_was_redeemed_with_a_key_is_replayed_to_its_successor() {
        String old = made(draft("redeem", "read"));
        String card = gateways.cards(1).get(0);
        JsonObject order = new JsonObject().put("secret", card).put("item", "crab");
        Answer first = call(0, "POST", PROGRAM + "/redemptions", old, order, "Idempotency-Key", "once");
        assertThat(first.status()).as(first.text()).isEqualTo(201);
        Answer rotated =
                call(1, "POST", "/v1/keys/" + id(old) + "/rotate", admin, new JsonObject().put("overlap_seconds", 0));
        assertThat(rotated.status()).as(rotated.text()).isEqualTo(201);
        String successor = rotated.json().getString("key");
        accepted(successor, PROGRAM);
        Answer again = call(0, "POST", PROGRAM + "/redemptions", successor, order, "Idempotency-Key", "once");
        assertThat(again.replayed()).isTrue();
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(rotated.json().getString("client")).isEqualTo(client);
        assertThat(rotated.json().getJsonArray("scopes")).containsExactlyInAnyOrder("redeem", "read");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> call(0, "GET", PROGRAM, old, null).status() == 401);
        assertThat(call(0, "POST", "/v1/keys/" + id(old) + "/rotate", admin, null)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void adjustments_stop_exactly_at_the_ceiling_also_those_of_the_successor() {
        String key = made(draft("adjust", "read").put("ceilings", ceiling("adjusted", 1_000)));
        IntFunction<JsonObject> adjustment = i -> new JsonObject()
                .put("asset", "CNY")
                .put("delta", i % 4 == 3 ? -100 : 100)
                .put("reason", "race");
        String path = PROGRAM + "/accounts/ceiling/adjustments";
        assertThat(call(0, "POST", path, admin, adjustment.apply(0).put("delta", 9_000), "Idempotency-Key", "fill")
                        .status())
                .isEqualTo(201);
        List<Answer> answers = race(
                40,
                i -> gateways.send(i % 2, "POST", path, key, adjustment.apply(i), "Idempotency-Key", "adjust-" + i));
        assertThat(posted(answers)).isEqualTo(10);
        assertThat(refusedBy(answers, "key_daily_adjusted")).isEqualTo(30);
        Answer rotated = call(0, "POST", "/v1/keys/" + id(key) + "/rotate", admin, null);
        String successor = rotated.json().getString("key");
        accepted(successor, PROGRAM);
        Answer more = call(0, "POST", path, successor, adjustment.apply(0), "Idempotency-Key", "adjust-more");
        assertThat(refusedBy(List.of(more), "key_daily_adjusted")).isEqualTo(1);
    }

    @Test
    void a_batch_beyond_the_ceiling_is_refused_before_its_first_card() {
        String key = made(draft("issue", "read").put("ceilings", ceiling("issued", 300_000)));
        JsonObject four = new JsonObject().put("card_type", "gift").put("count", 4);
        gateways.reconcile();
        long before = cards();
        for (String accept : List.of("application/x-ndjson", "text/csv")) {
            Answer refused =
                    call(0, "POST", PROGRAM + "/batches", key, four, "Idempotency-Key", accept, "Accept", accept);
            assertThat(refusedBy(List.of(refused), "key_daily_issued"))
                    .as(refused.text())
                    .isEqualTo(1);
        }
        JsonObject one = new JsonObject().put("card_type", "gift").put("count", 1);
        List<Answer> answers = race(
                8, i -> gateways.send(i % 2, "POST", PROGRAM + "/batches", key, one, "Idempotency-Key", "batch-" + i));
        assertThat(posted(answers)).isEqualTo(3);
        assertThat(refusedBy(answers, "key_daily_issued")).isEqualTo(5);
        gateways.reconcile();
        assertThat(cards()).isEqualTo(before + 3);
    }

    @Test
    void reversals_stop_exactly_at_the_ceiling() {
        String key = made(draft("reverse", "read").put("ceilings", ceiling("reversed", 3_000)));
        String card = gateways.cards(1).get(0);
        List<String> redemptions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            JsonObject order = new JsonObject().put("secret", card).put("item", "crab");
            redemptions.add(
                    gateways.redeem(0, "reversed-" + i, order).join().json().getString("id"));
        }
        List<Answer> answers = race(
                8,
                i -> gateways.send(
                        i % 2,
                        "POST",
                        PROGRAM + "/redemptions/" + redemptions.get(i) + "/reverse",
                        key,
                        new JsonObject().put("reason", "race"),
                        "Idempotency-Key",
                        "reverse-" + i));
        assertThat(posted(answers)).isEqualTo(3);
        assertThat(refusedBy(answers, "key_daily_reversed")).isEqualTo(5);
    }

    @Test
    void a_signing_key_is_made_shown_and_revoked() {
        JsonObject draft = new JsonObject()
                .put("client", client)
                .put("use", "request")
                .put("algorithm", "hmac-sha256")
                .put("name", "Office");
        Answer made = call(0, "POST", "/v1/signing-keys", admin, draft);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        String path = "/v1/signing-keys/" + made.json().getString("id");
        assertThat(call(1, "GET", path, admin, null).text())
                .doesNotContain(made.json().getString("secret"));
        assertThat(call(1, "POST", path + "/revoke", admin, null).json().containsKey("revoked_at"))
                .isTrue();
        assertThat(call(0, "GET", "/v1/audit?object=signing_key:" + made.json().getString("id"), admin, null)
                        .text())
                .contains("signing_key.create", "signing_key.revoke")
                .doesNotContain(made.json().getString("secret"));
        assertThat(call(0, "POST", "/v1/signing-keys", admin, draft.put("algorithm", "ed25519"))
                        .text())
                .contains("/public_key");
    }

    private static long cards() {
        return call(0, "GET", PROGRAM + "/cards?limit=200", admin, null)
                .json()
                .getJsonArray("data")
                .size();
    }

    private static List<Answer> race(int racers, IntFunction<CompletableFuture<Answer>> racer) {
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < racers; i++) {
            sent.add(racer.apply(i));
        }
        return sent.stream().map(CompletableFuture::join).toList();
    }

    private static long posted(List<Answer> answers) {
        return answers.stream().filter(answer -> answer.status() == 201).count();
    }

    private static long refusedBy(List<Answer> answers, String quota) {
        return answers.stream()
                .filter(answer -> answer.status() == 409
                        && answer.code().equals("quota_exceeded")
                        && answer.json()
                                .getJsonObject("quota")
                                .getString("name")
                                .equals(quota))
                .count();
    }

    private static JsonObject ceiling(String kind, long fen) {
        return new JsonObject().put(kind, new JsonObject().put("CNY", fen));
    }

    private static JsonObject draft(String... scopes) {
        return new JsonObject()
                .put("client", client)
                .put("scopes", new JsonArray(List.of(scopes)))
                .put("name", "Till");
    }

    /** A key made over HTTP that both gateways know. */
    private static String made(JsonObject draft) {
        Answer made = call(0, "POST", "/v1/keys", admin, draft);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        accepted(made.json().getString("key"), PROGRAM);
        return made.json().getString("key");
    }

    private static void accepted(String key, String path) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> call(0, "GET", path, key, null).status() == 200
                        && call(1, "GET", path, key, null).status() == 200);
    }

    private static Answer call(
            int gateway, String method, String path, String key, @Nullable JsonObject body, String... headers) {
        return gateways.send(gateway, method, path, key, body, headers).join();
    }

    private static String command(String... options) {
        List<String> all = new ArrayList<>(List.of("keys", "create", "--issuer", "acme", "--client", "office"));
        all.addAll(List.of(options));
        return gateways.command(all.toArray(String[]::new)).lines().get(0);
    }

    private static String id(String key) {
        return key.split("_")[2];
    }

    private static String secret(String key) {
        return key.split("_")[3];
    }
}
