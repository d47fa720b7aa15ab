package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.gateway.http.ContractClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A publishable key in a page: which pages may use it, and whose account they act for. */
class PagesIT {
    private static final String SHOP = "https://shop.example";
    private static TwoGateways gateways;
    private static String page;
    private static String client;

    @BeforeAll
    static void open() {
        gateways = new TwoGateways();
        gateways.item("crab", new JsonObject().put("CNY", 100), 1_000, new JsonObject().put("per_account_daily", 1));
        JsonObject key = new JsonObject(gateways.command(
                        "keys",
                        "create",
                        "--json",
                        "--issuer",
                        "acme",
                        "--client",
                        "page",
                        "--kind",
                        "publishable",
                        "--scopes",
                        "redeem,lookup,catalog:read",
                        "--allowed-origins",
                        SHOP)
                .lines()
                .get(0));
        page = key.getString("key");
        client = key.getString("client");
        String card = gateways.cards(1).get(0);
        Awaitility.await().until(() -> lookUp(page, card, "Origin", SHOP).status() == 200);
    }

    @AfterAll
    static void close() {
        gateways.close();
    }

    private static Answer lookUp(String key, String secret, String... headers) {
        return gateways.send(0, key, "/cards/lookup", new JsonObject().put("secret", secret), headers);
    }

    private static HttpResponse<String> preflight(String path, String origin) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + gateways.port(0) + "/v1/programs/" + TwoGateways.PROGRAM + path))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization,content-type,idempotency-key")
                .build();
        return new ContractClient().send(request);
    }

    private static String header(HttpHeaders headers, String name) {
        return headers.firstValue(name).orElse("");
    }

    @Test
    void a_preflight_is_granted_to_pages_that_some_key_lists_on_routes_that_pages_may_use() throws Exception {
        HttpResponse<String> granted = preflight("/redemptions", SHOP);
        assertThat(granted.statusCode()).isEqualTo(204);
        assertThat(header(granted.headers(), "Access-Control-Allow-Origin")).isEqualTo(SHOP);
        assertThat(header(granted.headers(), "Access-Control-Allow-Methods")).isEqualTo("POST");
        assertThat(header(granted.headers(), "Access-Control-Allow-Headers"))
                .contains("Authorization", "Content-Type", "Idempotency-Key", "Counterfoil-Proof");
        assertThat(header(granted.headers(), "Access-Control-Max-Age")).isEqualTo("7200");
        assertThat(header(granted.headers(), "Vary")).contains("Origin");
        assertThat(granted.headers().firstValue("Access-Control-Allow-Credentials"))
                .isEmpty();
        HttpResponse<String> other = preflight("/redemptions", "https://elsewhere.example");
        assertThat(other.statusCode()).isEqualTo(204);
        assertThat(header(other.headers(), "Vary")).contains("Origin");
        assertThat(other.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        assertThat(preflight("/cards/freeze", SHOP).headers().firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
    }

    @Test
    void a_key_is_used_by_its_own_pages_only_and_they_may_read_refusals_too() {
        String card = gateways.cards(1).get(0);
        Answer own = lookUp(page, card, "Origin", SHOP);
        assertThat(own.status()).isEqualTo(200);
        assertThat(own.header("Access-Control-Allow-Origin")).isEqualTo(SHOP);
        assertThat(own.header("Access-Control-Expose-Headers")).contains("X-Request-Id", "Retry-After", "RateLimit");
        assertThat(own.header("Vary")).contains("origin");
        Answer refused = lookUp(page, "nonsense", "Origin", SHOP);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo(SHOP);
        Answer other = lookUp(page, card, "Origin", "https://elsewhere.example");
        assertThat(other.status()).isEqualTo(403);
        assertThat(other.header("Access-Control-Allow-Origin")).isEmpty();
        assertThat(lookUp(page, card).status()).as("no page at all").isEqualTo(403);

        String app = gateways.newKey("publishable");
        Awaitility.await().until(() -> lookUp(app, card).status() == 200);
        assertThat(lookUp(app, card, "Origin", SHOP).status()).isEqualTo(403);
    }

    @Test
    void a_page_acts_for_the_account_that_the_storefront_signed_and_limits_count_it() throws Exception {
        JsonObject signing = new JsonObject(gateways.command(
                        "keys",
                        "signing",
                        "create",
                        "--json",
                        "--client",
                        client,
                        "--use",
                        "account_token",
                        "--algorithm",
                        "hmac-sha256")
                .lines()
                .get(0));
        String token = token(signing, "u_1", TwoGateways.PROGRAM);
        String card = gateways.cards(1).get(0);
        JsonObject order = new JsonObject().put("secret", card).put("item", "crab");
        Awaitility.await()
                .until(() -> preview(order.copy().put("account_token", token)).status() == 200);
        assertThat(redeem(order).text()).contains("/account");
        Answer named = redeem(order.copy().put("account", "u_2"));
        assertThat(named.status()).isEqualTo(400);
        assertThat(named.text()).contains("/account").contains("account_token");
        assertThat(redeem(order.copy().put("account_token", token(signing, "u_1", "other")))
                        .text())
                .contains("its aud is not this program");
        Answer redeemed = redeem(order.copy().put("account_token", token));
        assertThat(redeemed.status()).as(redeemed.text()).isEqualTo(201);
        assertThat(redeemed.json().getString("account")).isEqualTo("u_1");
        assertThat(redeem(order.copy().put("account_token", token)).code()).isEqualTo("quota_exceeded");
        assertThat(redeem(order.copy().put("account_token", token(signing, "u_2", TwoGateways.PROGRAM)))
                        .status())
                .isEqualTo(201);
        assertThat(gateways.redeem(0, RunningGateway.key(), order.copy().put("account_token", token))
                        .join()
                        .status())
                .as("a secret key is believed without")
                .isEqualTo(400);
    }

    private static Answer redeem(JsonObject order) {
        return gateways.send(0, page, "/redemptions", order, "Origin", SHOP);
    }

    private static Answer preview(JsonObject order) {
        return gateways.send(0, page, "/redemptions/preview", order, "Origin", SHOP);
    }

    private static String token(JsonObject signing, String account, String program) throws JOSEException {
        Instant now = Instant.now();
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .keyID(signing.getString("id"))
                        .build(),
                new JWTClaimsSet.Builder()
                        .subject(account)
                        .audience(program)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(600)))
                        .build());
        jwt.sign(new MACSigner(Base64.getUrlDecoder().decode(signing.getString("secret"))));
        return jwt.serialize();
    }
}
