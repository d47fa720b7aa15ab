package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.http.ContractClient;
import dev.counterfoil.gateway.settings.Settings;
import dev.counterfoil.gateway.settings.SettingsException;
import dev.counterfoil.gateway.settings.SettingsFile;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.installation.Installation;
import dev.counterfoil.ledger.installation.PepperMismatch;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.protocol.CommandType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a start makes of stores that are away, were swapped, or have forgotten; against servers that are external to it. */
class StartChecksIT {
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void start() {
        Servers.flushRedis();
        environment.put("COUNTERFOIL_HTTP_PORT", "0");
        environment.put("COUNTERFOIL_HTTP_HOST", "127.0.0.1");
        environment.put("COUNTERFOIL_REDIS_URI", Servers.redisUri());
        environment.put("COUNTERFOIL_POSTGRES_URI", Servers.freshDatabase());
        environment.put("COUNTERFOIL_PEPPER", Pepper.generate(new SecureRandom()));
        environment.put("COUNTERFOIL_CODE_KEYS", "k1:" + Pepper.generate(new SecureRandom()));
        environment.put("COUNTERFOIL_LOGS_LEVEL", "warn");
        CommandLineRun made = CommandLineRun.of(
                environment,
                "programs",
                "create",
                "--id",
                "spring",
                "--issuer",
                "acme",
                "--zone",
                "UTC",
                "--assets",
                "CNY");
        assertThat(made.err()).isEmpty();
    }

    @AfterEach
    void leaveTheServersAsTheyWere() throws SQLException {
        try (RedisConnection redis = connect()) {
            assertThat(redis.call(commands -> commands.configSet("appendfsync", "always"))
                            .await())
                    .isEqualTo("OK");
            assertThat(redis.call(commands -> commands.aclDeluser("managed")).await())
                    .isBetween(0L, 1L);
        }
        alterRole("reset synchronous_commit");
    }

    @Test
    void a_gateway_starts_while_postgresql_is_away_and_compares_when_it_is_back() throws Exception {
        Serve.start(settings()).close();
        Servers.postgresql().kill();
        try (Serve serving = Serve.start(settings())) {
            assertThat(get(serving, "/health/ready").statusCode()).isEqualTo(200);
            assertThat(get(serving, "/metrics").body()).contains("counterfoil_books_compared 0.0");
            Servers.postgresql().restart();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(get(serving, "/metrics").body()).contains("counterfoil_books_compared 1.0"));
        }
    }

    @Test
    void a_postgresql_of_another_pepper_that_comes_back_later_makes_it_not_ready_and_publishes_nothing()
            throws Exception {
        Serve.start(settings()).close();
        environment.put("COUNTERFOIL_PEPPER", Pepper.generate(new SecureRandom()));
        try (RedisConnection redis = connect()) {
            assertThat(redis.call(commands -> commands.flushall()).await()).isEqualTo("OK");
            Servers.postgresql().kill();
            try (Serve serving = Serve.start(settings())) {
                assertThat(get(serving, "/health/ready").statusCode()).isEqualTo(200);
                Servers.postgresql().restart();
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(
                                () -> assertThat(get(serving, "/health/ready").statusCode())
                                        .isEqualTo(503));
                await().during(CatalogPublisher.SWEEP.plusSeconds(1))
                        .atMost(CatalogPublisher.SWEEP.plusSeconds(10))
                        .until(() -> redis.call(commands -> commands.exists(RedisKeys.bytes(RedisKeys.PROGRAMS)))
                                        .await()
                                == 0);
                assertThat(get(serving, "/health/ready").body()).contains("\"installation\":\"down\"");
            }
        }
    }

    @Test
    void another_pepper_stops_the_start() {
        Serve.start(settings()).close();
        environment.put("COUNTERFOIL_PEPPER", Pepper.generate(new SecureRandom()));
        assertThatThrownBy(() -> Serve.start(settings()).close()).isInstanceOf(PepperMismatch.class);
    }

    @Test
    void a_redis_that_may_lose_what_it_answered_stops_the_start_unless_that_is_wanted() {
        try (RedisConnection redis = connect()) {
            assertThat(redis.call(commands -> commands.configSet("appendfsync", "everysec"))
                            .await())
                    .isEqualTo("OK");
        }
        assertThatThrownBy(() -> Serve.start(settings()).close())
                .isInstanceOf(SettingsException.class)
                .hasMessage("Redis setting appendfsync: everysec (expected: always)");
        environment.put("COUNTERFOIL_LEDGER_DURABILITY", "accepted");
        Serve.start(settings()).close();
    }

    @Test
    void a_redis_that_does_not_show_its_settings_stops_the_start_unless_accepted_is_enough() {
        connectAs(managed().removeCommand(CommandType.CONFIG));
        assertThatThrownBy(() -> Serve.start(settings()).close())
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("Redis' settings cannot be read, which ledger.durability durable needs");
        environment.put("COUNTERFOIL_LEDGER_DURABILITY", "accepted");
        Serve.start(settings()).close();
    }

    @Test
    void a_user_who_may_not_do_all_that_a_script_does_stops_the_start() {
        connectAs(managed().removeCommand(CommandType.XADD));
        assertThatThrownBy(() -> Serve.start(settings()).close())
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("Redis user: may not XADD on {counterfoil.0}:rights (expected: ");
        connectAs(managed().addCommand(CommandType.XADD));
        Serve.start(settings()).close();
    }

    private static AclSetuserArgs managed() {
        return AclSetuserArgs.Builder.on().allKeys().allCommands();
    }

    private void connectAs(AclSetuserArgs rules) {
        String password = Servers.redisUri().replaceAll(".*://:(.*)@.*", "$1");
        try (RedisConnection redis = connect()) {
            assertThat(redis.call(commands -> commands.aclSetuser("managed", rules.addPassword(password)))
                            .await())
                    .isEqualTo("OK");
        }
        environment.put("COUNTERFOIL_REDIS_URI", Servers.redisUri().replace("://:", "://managed:"));
    }

    @Test
    void answers_say_accepted_while_redis_was_last_found_not_to_be_durable() {
        try (RedisConnection redis = connect();
                Stores stores = Stores.forServing(settings())) {
            Vertx vertx = Vertx.vertx();
            StartChecks checks = new StartChecks(
                    stores,
                    vertx,
                    new Installation(Pepper.of(stores.pepper())),
                    Durability.DURABLE,
                    new SimpleMeterRegistry(),
                    Duration.ofMillis(200));
            try (Recurring checking = checks.requireSafeRedis()) {
                assertThat(checks.durability(Durability.ACCEPTED)).isEqualTo(Durability.DURABLE);
                assertThat(redis.call(commands -> commands.configSet("appendfsync", "everysec"))
                                .await())
                        .isEqualTo("OK");
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> checks.durability(Durability.DURABLE) == Durability.ACCEPTED);
                assertThat(redis.call(commands -> commands.configSet("appendfsync", "always"))
                                .await())
                        .isEqualTo("OK");
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> checks.durability(Durability.ACCEPTED) == Durability.DURABLE);
            } finally {
                vertx.close().await();
            }
        }
    }

    @Test
    void a_postgresql_that_may_lose_commits_stops_the_start_where_answers_are_to_be_settled() throws Exception {
        alterRole("set synchronous_commit = off");
        try (Serve serving = Serve.start(settings())) {
            assertThat(get(serving, "/metrics").body()).contains("counterfoil_durability_level 1.0");
        }
        environment.put("COUNTERFOIL_LEDGER_DURABILITY", "settled");
        assertThatThrownBy(() -> Serve.start(settings()).close())
                .isInstanceOf(SettingsException.class)
                .hasMessage("PostgreSQL setting synchronous_commit: off (expected: on or local)");
        alterRole("set synchronous_commit = on");
        try (Serve serving = Serve.start(settings())) {
            assertThat(get(serving, "/metrics").body()).contains("counterfoil_durability_level 2.0");
        }
    }

    private static RedisConnection connect() {
        return RedisConnection.open(Servers.redisUri(), Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    private static void alterRole(String change) throws SQLException {
        try (Connection admin = Servers.connect(Servers.postgresql().adminUri());
                Statement statement = admin.createStatement()) {
            statement.execute("alter role counterfoil " + change);
        }
    }

    @Test
    void a_redis_that_forgot_what_postgresql_holds_is_cold() throws Exception {
        Serve.start(settings()).close();
        String secret = CommandLineRun.of(
                        environment,
                        "keys",
                        "create",
                        "--issuer",
                        "acme",
                        "--client",
                        "shop",
                        "--scopes",
                        "redeem,catalog,issue")
                .lines()
                .get(0);
        try (Serve serving = Serve.start(settings())) {
            assertThat(put(serving, secret, "/v1/programs/spring/items/pen", """
                    {"name":"Pen","kind":"goods","prices":[{"asset":"CNY","amount":5}]}""")
                            .statusCode())
                    .isEqualTo(201);
            assertThat(stock(serving, secret, "k-1").statusCode()).isEqualTo(201);
            assertThat(stock(serving, secret, "k-2").statusCode()).isEqualTo(201);
            await().untilAsserted(() -> assertThat(get(serving, "/metrics").body())
                    .contains("counterfoil_settlement_transactions_total 2.0"));
        }
        try (RedisConnection redis = connect()) {
            assertThat(redis.call(commands -> commands.hset(
                                    RedisKeys.bytes(RedisKeys.meta(Cell.of("spring"))),
                                    RedisKeys.bytes("seq"),
                                    RedisKeys.bytes("1")))
                            .await())
                    .isFalse();
        }
        try (Serve serving = Serve.start(settings())) {
            HttpResponse<String> refused = stock(serving, secret, "k-3");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("\"code\":\"ledger_cold\"");
        }
    }

    private Settings settings() {
        return SettingsFile.load(Optional.empty(), environment);
    }

    private static HttpResponse<String> stock(Serve serving, String secret, String key) throws Exception {
        return send(request(serving, "/v1/programs/spring/items/pen/stock")
                .header("Authorization", "Bearer " + secret)
                .header("Idempotency-Key", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"delta\":5}")));
    }

    private static HttpResponse<String> put(Serve serving, String secret, String path, String body) throws Exception {
        return send(request(serving, path)
                .header("Authorization", "Bearer " + secret)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> get(Serve serving, String path) throws Exception {
        return send(request(serving, path));
    }

    private static HttpRequest.Builder request(Serve serving, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + serving.port() + path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return new ContractClient().send(request.build());
    }
}
