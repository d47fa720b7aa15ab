package dev.counterfoil.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.gateway.SignedRequest.Holder;
import dev.counterfoil.gateway.http.ContractClient;
import dev.counterfoil.gateway.signatures.RequestSigner;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signed requests over HTTP, to two gateways behind one name. */
class SignedRequestsIT {
    private static final ContractClient CLIENT = new ContractClient();

    private static TwoGateways gateways;
    private static Holder shop;

    @BeforeAll
    static void start() {
        gateways = new TwoGateways(Map.of("COUNTERFOIL_SIGNATURES_AUTHORITY", SignedRequest.HOST));
        shop = hmacHolder("signing shop", "--require-signature");
        gateways.item("crab", new JsonObject().put("CNY", 100), 1_000, new JsonObject());
        eventuallyKnown(shop);
    }

    @AfterAll
    static void stop() {
        gateways.close();
    }

    private static Holder hmacHolder(String name, String... terms) {
        JsonObject key = apiKey(name, terms);
        return signingBeside(key.getString("client"), key.getString("key"));
    }

    private static Holder signingBeside(String client, String apiKey) {
        JsonObject signing = made(
                "keys",
                "signing",
                "create",
                "--json",
                "--client",
                client,
                "--use",
                "request",
                "--algorithm",
                "hmac-sha256");
        byte[] secret = Base64.getUrlDecoder().decode(signing.getString("secret"));
        return new Holder(client, apiKey, signing.getString("id"), RequestSigner.hmac(secret));
    }

    private static JsonObject apiKey(String client, String... terms) {
        String[] command = {
            "keys",
            "create",
            "--json",
            "--issuer",
            "acme",
            "--client",
            client,
            "--scopes",
            "redeem,lookup,read,issue,catalog"
        };
        String[] all = new String[command.length + terms.length];
        System.arraycopy(command, 0, all, 0, command.length);
        System.arraycopy(terms, 0, all, command.length, terms.length);
        return made(all);
    }

    private static JsonObject made(String... command) {
        return new JsonObject(gateways.command(command).lines().get(0));
    }

    /** A gateway reads keys every half second. */
    private static void eventuallyKnown(Holder holder) {
        for (int gateway = 0; gateway < 2; gateway++) {
            int asked = gateway;
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> send(asked, SignedRequest.of(holder, "GET", "/items/crab", ""))
                                    .status()
                            == 200);
        }
    }

    private static void eventuallyKnown(Holder holder, String path, int status) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> send(0, SignedRequest.of(holder, "GET", path, "")).status() == status);
    }

    private static Answer send(int gateway, SignedRequest request) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(gateways.uri(gateway, request.path))
                .timeout(Duration.ofSeconds(30))
                .method(request.method, request.body);
        request.headers.forEach(builder::header);
        return CLIENT.sendAsync(builder.build()).thenApply(Answer::of).join();
    }

    private static String redemption(String secret) {
        return new JsonObject().put("secret", secret).put("item", "crab").encode();
    }

    private static String card() {
        return gateways.cards(1).get(0);
    }

    private static long balance(String secret) {
        return gateways.lookUp(0, secret).join().json().getLong("balance");
    }

    private static void assertRefused(Answer answer, String detail) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("unauthenticated");
        assertThat(answer.json().getString("detail")).contains(detail);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(answer.header("Accept-Signature")).startsWith("sig1=(\"@method\" \"@authority\" \"@path\"");
    }

    @Test
    void a_batch_is_voided_with_the_body_that_was_signed_and_no_other() {
        String lines = gateways.post(
                        0,
                        "/batches",
                        UUID.randomUUID().toString(),
                        new JsonObject().put("card_type", "gift").put("count", 1))
                .join()
                .text();
        String path = "/batches/" + new JsonObject(lines.lines().toList().get(1)).getString("batch") + "/void";
        SignedRequest other = SignedRequest.of(shop, "POST", path, "{}");
        other.body = BodyPublishers.ofString("{ }");
        assertThat(send(0, other).status()).isEqualTo(401);
        SignedRequest none = SignedRequest.of(shop, "POST", path, "{}");
        none.body = BodyPublishers.noBody();
        assertThat(send(0, none).status()).isEqualTo(401);
        SignedRequest unsigned = SignedRequest.of(shop, "POST", path, "");
        unsigned.headers.put("Content-Type", "application/json");
        unsigned.body = BodyPublishers.ofString("{}");
        assertThat(send(0, unsigned).status()).isEqualTo(401);
        Answer voided = send(0, SignedRequest.of(shop, "POST", path, "{}"));
        assertThat(voided.status()).as(voided.text()).isEqualTo(200);
        assertThat(voided.json().getInteger("voided")).isEqualTo(1);
    }

    @Test
    void a_signed_redemption_is_posted_and_a_retry_that_is_signed_anew_is_answered_alike() {
        String secret = card();
        String body = redemption(secret);
        String key = RunningGateway.key();

        Answer posted = send(0, SignedRequest.post(shop, "/redemptions", body, key));
        Answer replayed = send(1, SignedRequest.post(shop, "/redemptions", body, key));

        assertThat(posted.status()).as(posted.text()).isEqualTo(201);
        assertThat(replayed.status()).as(replayed.text()).isEqualTo(201);
        assertThat(replayed.replayed()).isTrue();
        assertThat(replayed.text()).isEqualTo(posted.text());
        assertThat(balance(secret)).isEqualTo(99_900);
    }

    @Test
    void the_same_signature_is_refused_a_second_time_on_the_other_gateway_too() {
        String body = redemption(card());
        SignedRequest request = SignedRequest.of(shop, "POST", "/redemptions", body);
        assertThat(send(0, request).status()).isEqualTo(201);

        assertRefused(send(1, request.copy(body)), "nonce was used before");
        assertThat(gateways.metrics(1)).contains("counterfoil_signatures_refused_total{reason=\"replayed\"} 1");
    }

    @Test
    void ed25519_signs_with_a_key_that_never_left_the_client(@TempDir Path folder) throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path pem = folder.resolve("public.pem");
        Files.writeString(
                pem,
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        JsonObject signing = made(
                "keys",
                "signing",
                "create",
                "--json",
                "--client",
                shop.client(),
                "--use",
                "request",
                "--algorithm",
                "ed25519",
                "--public-key",
                pem.toString());
        Holder holder = new Holder(
                shop.client(), shop.apiKey(), signing.getString("id"), RequestSigner.ed25519(pair.getPrivate()));
        eventuallyKnown(holder);

        assertThat(send(1, SignedRequest.of(holder, "POST", "/redemptions", redemption(card())))
                        .status())
                .isEqualTo(201);
        SignedRequest forged = SignedRequest.of(holder, "POST", "/redemptions", redemption(card()));
        forged.headers.put("Idempotency-Key", "another");
        assertRefused(send(1, forged), "not one of this request");
    }

    @Test
    void nothing_of_a_signed_request_can_be_changed() {
        String secret = card();
        String body = redemption(secret);
        String other = redemption(card());
        Map<String, Consumer<SignedRequest>> changes = new LinkedHashMap<>();
        changes.put("the body is another", request -> request.body = BodyPublishers.ofString(other));
        changes.put(
                "the body is another than",
                request -> request.body =
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(other.getBytes(UTF_8))));
        changes.put("not one of this request", request -> {
            request.body = BodyPublishers.ofString(other);
            request.headers.put("Content-Digest", RequestSigner.digest(other));
        });
        changes.put("not one of this request by", request -> request.path = "/redemptions/preview");
        changes.put("not one of this request by this", request -> request.path = "/redemptions?a=b");
        changes.put("not one of this request by this signing", request -> {
            request.method = "PUT";
            request.path = "/items/crab";
        });
        changes.put(
                "not one of this request by this signing key",
                request ->
                        request.headers.put("Idempotency-Key", UUID.randomUUID().toString()));
        changes.put("Signature-Input is missing", request -> request.headers.remove("Signature-Input"));
        changes.put("none has the label", request -> request.headers.remove("Signature"));
        changes.put("Signature-Input and Signature are missing", request -> {
            request.headers.remove("Signature-Input");
            request.headers.remove("Signature");
        });

        changes.forEach((detail, change) -> {
            SignedRequest request = SignedRequest.of(shop, "POST", "/redemptions", body);
            change.accept(request);
            assertRefused(send(0, request), detail);
        });
        assertThat(balance(secret)).isEqualTo(100_000);
    }

    @Test
    void a_signature_has_its_time() {
        long now = Instant.now().getEpochSecond();
        assertRefused(send(0, SignedRequest.of(shop, "GET", "/items/crab", "", now - 400)), "too long ago");
        assertRefused(send(0, SignedRequest.of(shop, "GET", "/items/crab", "", now + 100)), "in the future");
    }

    @Test
    void a_key_that_asks_for_no_signature_is_held_to_the_one_it_brings() {
        JsonObject key = made("keys", "create", "--json", "--client", shop.client(), "--scopes", "redeem");
        Holder loose = new Holder(shop.client(), key.getString("key"), shop.keyId(), shop.signer());
        eventuallyKnown(loose, "/redemptions?idempotency_key=none", 404);

        SignedRequest unsigned = SignedRequest.of(loose, "GET", "/redemptions?idempotency_key=none", "");
        unsigned.headers.keySet().removeIf(name -> name.startsWith("Signature"));
        assertThat(send(0, unsigned).status()).isEqualTo(404);
        SignedRequest wrong = SignedRequest.of(loose, "GET", "/redemptions?idempotency_key=none", "");
        wrong.path = "/redemptions?idempotency_key=other";
        assertRefused(send(0, wrong), "not one of this request");
    }

    @Test
    void another_clients_signing_key_is_no_key() {
        Holder other = hmacHolder("another shop");
        eventuallyKnown(other);

        Holder mixed = new Holder(shop.client(), shop.apiKey(), other.keyId(), other.signer());
        assertRefused(send(0, SignedRequest.of(mixed, "GET", "/items/crab", "")), "no keyid");
    }

    @Test
    void lines_are_held_to_the_digest_before_the_first_is_used() {
        Answer made = send(
                0,
                SignedRequest.of(
                        shop,
                        "PUT",
                        "/items/key",
                        "{\"name\":\"key\",\"kind\":\"code\",\"prices\":[{\"asset\":\"CNY\",\"amount\":100}]}"));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        String lines = "{\"code\":\"AAAA\"}\n{\"code\":\"BBBB\"}\n";
        SignedRequest forged = SignedRequest.of(shop, "POST", "/items/key/codes", lines);
        forged.headers.put("Content-Type", "application/x-ndjson");
        forged.body = BodyPublishers.ofString(lines + "{\"code\":\"CCCC\"}\n");
        assertRefused(send(0, forged), "the body is another");

        SignedRequest right = SignedRequest.of(shop, "POST", "/items/key/codes", lines);
        right.headers.put("Content-Type", "application/x-ndjson");
        Answer loaded = send(0, right);
        assertThat(loaded.status()).as(loaded.text()).isEqualTo(201);
        assertThat(loaded.json().getInteger("loaded")).isEqualTo(2);
        assertThat(loaded.json().getJsonArray("duplicates")).isEmpty();
        assertThat(loaded.json().getJsonArray("pending")).isEmpty();
    }

    @Test
    void a_revoked_signing_key_is_no_key_on_either_gateway() {
        Holder leaving = signingBeside(shop.client(), shop.apiKey());
        eventuallyKnown(leaving);

        gateways.command("keys", "signing", "revoke", leaving.keyId());

        // A gateway looks every half second, so this takes less than a second; how long it waits at most says nothing.
        for (int gateway = 0; gateway < 2; gateway++) {
            int asked = gateway;
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(100))
                    .untilAsserted(() -> assertRefused(
                            send(asked, SignedRequest.of(leaving, "GET", "/items/crab", "")), "no keyid"));
        }
    }

    @Test
    void while_redis_cannot_tell_a_nonce_nothing_is_accepted() throws IOException, InterruptedException {
        Servers.redis().pause();
        try {
            Answer answer = send(0, SignedRequest.of(shop, "GET", "/items/crab", ""));
            assertThat(answer.status()).as(answer.text()).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("ledger_unavailable");
        } finally {
            Servers.redis().resume();
        }
        gateways.awaitBoth();
    }
}
