package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.gateway.http.RouteList;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is another tenant's looks as if it did not exist, on every route there is. */
class TenantsIT {
    private static final String PROGRAM = "/v1/programs/" + TwoGateways.PROGRAM;
    private static final Set<String> OPEN = Set.of("/health/live", "/health/ready", "/metrics", "/openapi.yaml");

    private static TwoGateways gateways;
    private static String own;
    private static String stranger;

    /** What stands for {@code {id}} and {@code {sku}}, by the beginning of the path: all of it exists. */
    private static final Map<String, String> EXISTING = new LinkedHashMap<>();

    @BeforeAll
    static void start() {
        gateways = new TwoGateways();
        own = key("acme");
        stranger = key("rival");
        gateways.item("crab", new JsonObject().put("CNY", 1_000), 10, new JsonObject());
        String card = gateways.cards(1).get(0);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> get(own, "/v1/keys").status() == 200
                        && get(stranger, "/v1/keys").status() == 200);
        JsonObject redeemed = gateways.redeem(
                        0,
                        "tenants",
                        new JsonObject().put("secret", card).put("item", "crab").put("account", "u1"))
                .join()
                .json();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !get(own, PROGRAM + "/cards")
                        .json()
                        .getJsonArray("data")
                        .isEmpty());
        JsonObject settled =
                get(own, PROGRAM + "/cards").json().getJsonArray("data").getJsonObject(0);
        JsonObject signing = gateways.send(
                        0,
                        "POST",
                        "/v1/signing-keys",
                        own,
                        new JsonObject()
                                .put(
                                        "client",
                                        get(own, "/v1/clients")
                                                .json()
                                                .getJsonArray("data")
                                                .getJsonObject(0)
                                                .getString("id"))
                                .put("use", "request")
                                .put("algorithm", "hmac-sha256")
                                .put("name", "Office"))
                .join()
                .json();
        EXISTING.put("/redemptions/", redeemed.getString("id"));
        EXISTING.put("/cards/", settled.getString("id"));
        EXISTING.put("/batches/", settled.getString("batch"));
        EXISTING.put("/accounts/", "u1");
        EXISTING.put("/card-types/", "gift");
        EXISTING.put("/signing-keys/", signing.getString("id"));
        EXISTING.put("/v1/keys/", own.split("_")[2]);
    }

    @AfterAll
    static void stop() {
        gateways.close();
    }

    @Test
    void every_route_that_names_something_of_another_issuer_is_404() {
        int walked = 0;
        for (String route : RouteList.all(false)) {
            String method = route.split(" ")[0];
            String template = route.split(" ")[1];
            if (template.contains("{")) {
                Answer answer = ask(stranger, method, filled(template));
                assertThat(answer.status()).as(route).isEqualTo(404);
                assertThat(answer.code()).as(route).isEqualTo("not_found");
                // As for what does not exist at all.
                Answer nothing = ask(
                        stranger,
                        method,
                        filled(template)
                                .replaceAll(
                                        template.startsWith("/v1/programs/")
                                                ? TwoGateways.PROGRAM
                                                : "(?<=keys/)[a-z0-9_]+",
                                        "nothing"));
                assertThat(without(answer)).as(route).isEqualTo(without(nothing));
                walked++;
            }
        }
        assertThat(walked).isGreaterThan(35);
    }

    @Test
    void routes_that_name_nothing_show_nothing_of_another_issuer() {
        int walked = 0;
        for (String route : RouteList.all(false)) {
            String method = route.split(" ")[0];
            String template = route.split(" ")[1];
            if (!template.contains("{") && !OPEN.contains(template)) {
                Answer answer = ask(stranger, method, template);
                assertThat(answer.status()).as(route).isIn(200, 400);
                assertThat(answer.text()).as(route).doesNotContain("acme", TwoGateways.PROGRAM);
                for (String existing : EXISTING.values()) {
                    assertThat(answer.text()).as(route).doesNotContain("\"" + existing + "\"");
                }
                walked++;
            }
        }
        assertThat(walked).isGreaterThan(7);
    }

    @Test
    void the_same_walk_with_the_issuers_own_key_finds_what_is_there() {
        for (String template : List.of(
                "/v1/programs/{program}/redemptions/{id}",
                "/v1/programs/{program}/cards/{id}",
                "/v1/programs/{program}/items/{sku}",
                "/v1/programs/{program}/card-types/{id}",
                "/v1/keys/{id}",
                "/v1/signing-keys/{id}")) {
            assertThat(ask(own, "GET", filled(template)).status()).as(template).isEqualTo(200);
        }
    }

    private static String filled(String template) {
        String path = template.replace("{program}", TwoGateways.PROGRAM).replace("{sku}", "crab");
        for (Map.Entry<String, String> each : EXISTING.entrySet()) {
            path = path.replace(each.getKey() + "{id}", each.getKey() + each.getValue());
        }
        assertThat(path).doesNotContain("{");
        return path;
    }

    private static Answer ask(String key, String method, String path) {
        JsonObject body = method.equals("GET") ? null : new JsonObject();
        return gateways.send(0, method, path, key, body, "Idempotency-Key", "walk")
                .join();
    }

    private static Answer get(String key, String path) {
        return gateways.send(0, "GET", path, key, null).join();
    }

    private static JsonObject without(Answer answer) {
        JsonObject body = answer.json();
        Object id = body.remove("request_id");
        assertThat(id).isNotNull();
        return body;
    }

    private static String key(String issuer) {
        String all = "redeem,lookup,activate,reverse,issue,catalog,catalog:read,adjust,read,codes:reveal,admin";
        return gateways.command("keys", "create", "--issuer", issuer, "--client", "all", "--scopes", all)
                .lines()
                .get(0);
    }
}
