package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.testing.CuttableWire;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network to PostgreSQL or Redis is cut, or swallows what is sent; nothing is lost and nothing doubled. */
class NetworkFaultsIT {
    private static final Duration OUTAGE = Duration.ofSeconds(3);

    @TempDir
    private Path data;

    private final Map<String, String> direct = new HashMap<>();
    private final Map<String, Integer> sent = new HashMap<>();
    private CuttableWire toRedis;
    private CuttableWire toPostgres;
    private RunningGateway gateway;
    private String secret = "";
    private int keys;

    @BeforeEach
    void start() {
        Servers.flushRedis();
        String database = Servers.freshDatabase();
        toRedis = CuttableWire.to(Servers.redisUri());
        toPostgres = CuttableWire.to(database);
        direct.put("COUNTERFOIL_REDIS_URI", Servers.redisUri());
        direct.put("COUNTERFOIL_POSTGRES_URI", database);
        direct.put("COUNTERFOIL_PEPPER", Pepper.generate(new SecureRandom()));
        direct.put("COUNTERFOIL_CODE_KEYS", "k1:" + Pepper.generate(new SecureRandom()));
        Map<String, String> cuttable = new HashMap<>(direct);
        cuttable.put("COUNTERFOIL_REDIS_URI", toRedis.through(Servers.redisUri()));
        cuttable.put("COUNTERFOIL_POSTGRES_URI", toPostgres.through(database));
        cuttable.put("COUNTERFOIL_REDIS_COMMAND_TIMEOUT", "500ms");
        cuttable.put("COUNTERFOIL_DEMO", "true");
        gateway = RunningGateway.in(data, cuttable);
        gateway.item("pen", 1, 100_000, new JsonObject());
        secret = gateway.cards("gift-1000", 1).get(0);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        toRedis.close();
        toPostgres.close();
    }

    @Test
    void while_postgresql_cannot_be_reached_redemptions_go_on_and_are_settled_afterwards() {
        for (Runnable fault : new Runnable[] {toPostgres::cut, toPostgres::silence}) {
            fault.run();
            long until = System.nanoTime() + OUTAGE.toNanos();
            while (System.nanoTime() < until) {
                assertThat(redeem(++keys).status()).isEqualTo(201);
            }
            assertThat(gateway.get("/health/ready", "CF_SECRET_KEY").status()).isEqualTo(200);
            assertThat(gateway.get("/metrics", "CF_SECRET_KEY").text())
                    .doesNotContain("counterfoil_settlement_lag_seconds 0.0");
            toPostgres.mend();
            assertSettledAndBalanced();
        }
    }

    @Test
    void a_gateway_restarted_while_postgresql_cannot_be_reached_still_redeems() {
        assertThat(redeem(++keys).status()).isEqualTo(201);
        toPostgres.cut();
        gateway.restart();
        for (int i = 0; i < 10; i++) {
            assertThat(redeem(++keys).status()).isEqualTo(201);
        }
        assertThat(redeem(1).replayed()).isTrue();
        toPostgres.mend();
        assertSettledAndBalanced();
    }

    @Test
    void what_was_answered_503_while_redis_cannot_be_reached_is_posted_once_when_it_is_sent_again() {
        for (Runnable fault : new Runnable[] {toRedis::cut, toRedis::silence}) {
            assertThat(redeem(++keys).status()).isEqualTo(201);
            int first = keys + 1;
            fault.run();
            long until = System.nanoTime() + OUTAGE.toNanos();
            while (System.nanoTime() < until) {
                Answer refused = redeem(++keys);
                assertThat(refused.status()).as(refused.text()).isEqualTo(503);
                assertThat(refused.code()).isIn("ledger_unavailable", "outcome_unknown", "overloaded");
            }
            toRedis.mend();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> redeem(keys + 1_000_000).status() == 201);
            for (int key = first; key <= keys; key++) {
                assertThat(redeem(key).status()).isEqualTo(201);
            }
            assertSettledAndBalanced();
        }
    }

    private Answer redeem(int key) {
        JsonObject pen =
                new JsonObject().put("secret", secret).put("item", "pen").put("reference", "r" + key);
        Answer answer = gateway.redeem("k-" + key, pen);
        if (answer.status() == 201) {
            sent.put("k-" + key, 1);
        }
        return answer;
    }

    private void assertSettledAndBalanced() {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                gateway.get("/metrics", "CF_SECRET_KEY").text())
                        .contains("counterfoil_settlement_lag_seconds 0.0"));
        Answer card = gateway.send(
                "POST", "/v1/programs/demo/cards/lookup", "CF_SECRET_KEY", new JsonObject().put("secret", secret));
        assertThat(card.json().getInteger("balance")).isEqualTo(100_000 - sent.size());
        CommandLineRun reconcile = CommandLineRun.of(direct, "reconcile");
        assertThat(reconcile.status()).as(reconcile.out() + reconcile.err()).isZero();
    }
}
