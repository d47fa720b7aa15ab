package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.http.ContractClient;
import dev.counterfoil.gateway.settings.SettingsFile;
import dev.counterfoil.ledger.embedded.DataDirectory;
import dev.counterfoil.ledger.embedded.EmbeddedServers;
import dev.counterfoil.ledger.embedded.EmbeddedSettings;
import dev.counterfoil.ledger.secrets.Pepper;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways over one Redis, as an operator sets their limits and callers meet them. */
class RateLimitsIT {
    private static final ContractClient CLIENT = new ContractClient();

    /** Not limited. */
    private static final String OFF = "off";

    @TempDir
    static Path folder;

    private static final Map<String, String> ENVIRONMENT = new HashMap<>();
    private static EmbeddedServers servers;
    private static final List<Serve> GATEWAYS = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        servers = EmbeddedServers.start(DataDirectory.open(folder.resolve("servers")), EmbeddedSettings.DEFAULT);
        ENVIRONMENT.putAll(Map.of(
                "COUNTERFOIL_HTTP_PORT",
                "0",
                "COUNTERFOIL_HTTP_HOST",
                "127.0.0.1",
                "COUNTERFOIL_REDIS_URI",
                servers.redisUri(),
                "COUNTERFOIL_POSTGRES_URI",
                servers.jdbcUri(),
                "COUNTERFOIL_PEPPER",
                Pepper.generate(new SecureRandom()),
                "COUNTERFOIL_CODE_KEYS",
                "k1:" + Pepper.generate(new SecureRandom()),
                "COUNTERFOIL_LOGS_LEVEL",
                "warn",
                "COUNTERFOIL_LIMITS_SECRET_KEY_RATE",
                "40/1h"));
        for (String program : List.of("spring", "autumn")) {
            CommandLineRun made = CommandLineRun.of(
                    ENVIRONMENT,
                    "programs",
                    "create",
                    "--id",
                    program,
                    "--issuer",
                    "acme",
                    "--zone",
                    "UTC",
                    "--assets",
                    "CNY");
            assertThat(made.err()).isEmpty();
        }
        for (int i = 0; i < 2; i++) {
            GATEWAYS.add(Serve.start(SettingsFile.load(Optional.empty(), ENVIRONMENT)));
        }
        // The hour must not turn within a test.
        while (3_600_000 - System.currentTimeMillis() % 3_600_000 < 60_000) {
            Thread.sleep(500);
        }
    }

    @AfterAll
    static void stop() {
        GATEWAYS.forEach(Serve::close);
        servers.close();
    }

    private static JsonObject newKey(String kind, String rate) {
        List<String> command = new ArrayList<>(List.of(
                "keys",
                "create",
                "--issuer",
                "acme",
                "--client",
                "shop",
                "--scopes",
                kind.equals("secret") ? "redeem,lookup,catalog:read,read" : "redeem,lookup,catalog:read",
                "--kind",
                kind,
                "--json"));
        if (!rate.isEmpty()) {
            command.addAll(List.of("--rate", rate));
        }
        CommandLineRun made = CommandLineRun.of(ENVIRONMENT, command.toArray(String[]::new));
        assertThat(made.err()).isEmpty();
        JsonObject key = new JsonObject(made.lines().get(0));
        for (Serve gateway : GATEWAYS) {
            await().atMost(Duration.ofSeconds(5)).until(() -> knows(gateway, key.getString("key")));
        }
        return key;
    }

    /** Asks for a program that does not exist, which is counted nowhere. */
    private static boolean knows(Serve gateway, String key) {
        return send(gateway, "GET", "/v1/programs/absent", key, "").join().statusCode() == 404;
    }

    private static CompletableFuture<HttpResponse<String>> send(
            Serve gateway, String method, String path, String key, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        return CLIENT.sendAsync(request.build());
    }

    private static HttpResponse<String> get(int gateway, String key) {
        return send(GATEWAYS.get(gateway), "GET", "/v1/programs/spring", key, "")
                .join();
    }

    private static String code(HttpResponse<String> response) {
        return new JsonObject(response.body()).getString("code");
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Test
    void exactly_the_quota_of_a_key_passes_over_two_gateways_and_another_key_is_unaffected() {
        String key = newKey("secret", "30/1h").getString("key");
        String other = newKey("secret", "30/1h").getString("key");
        List<CompletableFuture<HttpResponse<String>>> flood = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            flood.add(send(GATEWAYS.get(i % 2), "GET", "/v1/programs/spring", key, ""));
        }
        int passed = 0;
        int refused = 0;
        for (CompletableFuture<HttpResponse<String>> each : flood) {
            HttpResponse<String> response = each.join();
            passed += response.statusCode() == 200 ? 1 : 0;
            refused += response.statusCode() == 429 ? 1 : 0;
            assertThat(header(response, "RateLimit-Policy")).isEqualTo("\"key\";q=30;w=3600");
            assertThat(header(response, "RateLimit")).matches("\"key\";r=[0-9]+;t=[1-9][0-9]*");
        }
        // What a gateway holds in reserve is its own: it may have to be asked itself.
        for (int i = 0; i < 20; i++) {
            passed += get(i % 2, key).statusCode() == 200 ? 1 : 0;
        }
        assertThat(passed).isEqualTo(30);
        assertThat(refused).isBetween(70, 76);
        HttpResponse<String> last = get(0, key);
        assertThat(code(last)).isEqualTo("rate_limited");
        assertThat(Long.parseLong(header(last, "Retry-After"))).isBetween(1L, 3_600L);
        assertThat(get(0, other).statusCode()).isEqualTo(200);
        assertThat(send(GATEWAYS.get(0), "GET", "/metrics", "", "").join().body())
                .containsPattern("counterfoil_rate_limited_total\\{limit=\"key\"} [1-9]");
    }

    @Test
    void what_the_ledger_refuses_counts_too() {
        String key = newKey("secret", "6/1h").getString("key");
        String unknown = "{\"secret\":\"AAAA-AAAA-AAAA-AAAA-A\",\"item\":\"crab\"}";
        for (int i = 0; i < 6; i++) {
            assertThat(send(GATEWAYS.get(i % 2), "POST", "/v1/programs/spring/redemptions", key, unknown)
                            .join()
                            .statusCode())
                    .isIn(409, 422, 400);
        }
        for (int i = 0; i < 2; i++) {
            assertThat(code(send(GATEWAYS.get(i), "POST", "/v1/programs/spring/redemptions", key, unknown)
                            .join()))
                    .isEqualTo("rate_limited");
        }
    }

    @Test
    void a_keys_rate_is_changed_while_the_gateways_run_and_what_was_used_stays_counted() {
        JsonObject key = newKey("secret", "4/1h");
        assertThat(key.getString("rate")).isEqualTo("4/1h");
        String text = key.getString("key");
        for (int i = 0; i < 5; i++) {
            assertThat(get(i % 2, text).statusCode()).isEqualTo(i < 4 ? 200 : 429);
        }
        limit(key, "6/1h");
        for (int gateway = 0; gateway < 2; gateway++) {
            int one = gateway;
            await().atMost(Duration.ofSeconds(3))
                    .until(() -> header(get(one, text), "RateLimit-Policy").equals("\"key\";q=6;w=3600"));
        }
        // Two of six were left, and each gateway was just asked until it knew.
        assertThat(get(0, text).statusCode()).isEqualTo(429);
        limit(key, OFF);
        await().atMost(Duration.ofSeconds(3)).until(() -> get(0, text).statusCode() == 200);
        assertThat(header(get(0, text), "RateLimit")).isEmpty();
        limit(key, "default");
        await().atMost(Duration.ofSeconds(3))
                .until(() -> header(get(0, text), "RateLimit-Policy").equals("\"key\";q=40;w=3600"));
        CommandLineRun wrong = CommandLineRun.of(ENVIRONMENT, "keys", "limit", key.getString("id"), "--rate", "5");
        assertThat(wrong.status()).isEqualTo(Main.WRONG_USE);
        assertThat(wrong.err()).contains("--rate: \"5\" (expected: off, or requests a window");
        CommandLineRun nobody = CommandLineRun.of(ENVIRONMENT, "keys", "limit", "nobody", "--rate", OFF);
        assertThat(nobody.status()).isEqualTo(Main.FAILED);
        assertThat(nobody.err()).contains("there is no key nobody");
    }

    private static void limit(JsonObject key, String rate) {
        CommandLineRun run = CommandLineRun.of(ENVIRONMENT, "keys", "limit", key.getString("id"), "--rate", rate);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains(rate);
    }

    @Test
    void keys_without_a_rate_have_that_of_the_settings_for_their_kind() {
        assertThat(header(get(0, newKey("secret", "").getString("key")), "RateLimit-Policy"))
                .isEqualTo("\"key\";q=40;w=3600");
        assertThat(header(get(0, newKey("publishable", "").getString("key")), "RateLimit-Policy"))
                .isEqualTo("\"address\";q=6000;w=60, \"key\";q=1000;w=1");
    }

    @Test
    void while_redis_is_stopped_it_is_503_and_afterwards_the_count_goes_on() throws Exception {
        String key = newKey("secret", "5/1h").getString("key");
        String free = newKey("secret", OFF).getString("key");
        String roomy = newKey("secret", "10000/1h").getString("key");
        assertThat(get(0, key).statusCode()).isEqualTo(200);
        servers.redis().kill();
        try {
            for (int i = 0; i < 4; i++) {
                HttpResponse<String> response = get(i % 2, key);
                assertThat(response.statusCode()).isEqualTo(503);
                assertThat(code(response)).isEqualTo("ledger_unavailable");
                assertThat(header(response, "Retry-After")).isEqualTo("1");
            }
            assertThat(get(0, free).statusCode()).isEqualTo(200);
        } finally {
            servers.redis().restart();
        }
        // Both gateways find Redis again by themselves, each in its own time.
        for (int gateway = 0; gateway < 2; gateway++) {
            int each = gateway;
            await().atMost(Duration.ofSeconds(10)).until(() -> get(each, roomy).statusCode() == 200);
        }
        assertThat(get(0, key).statusCode()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
            assertThat(get(1, key).statusCode()).isEqualTo(200);
        }
        assertThat(get(0, key).statusCode()).isEqualTo(429);
        assertThat(get(1, key).statusCode()).isEqualTo(429);
    }

    @Test
    void a_programs_rate_is_one_ceiling_for_all_keys() {
        Map<String, String> tight = new HashMap<>(ENVIRONMENT);
        tight.put("COUNTERFOIL_LIMITS_PROGRAM_RATE", "7/1h");
        try (Serve gateway = Serve.start(SettingsFile.load(Optional.empty(), tight))) {
            String one = newKey("secret", OFF).getString("key");
            String two = newKey("secret", OFF).getString("key");
            await().atMost(Duration.ofSeconds(5)).until(() -> knows(gateway, two));
            for (int i = 0; i < 10; i++) {
                HttpResponse<String> response = send(gateway, "GET", "/v1/programs/autumn", i % 2 == 0 ? one : two, "")
                        .join();
                assertThat(response.statusCode()).isEqualTo(i < 7 ? 200 : 429);
                assertThat(header(response, "RateLimit-Policy")).isEqualTo("\"program\";q=7;w=3600");
            }
        }
    }
}
