package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.embedded.RedisClusterOfTests;
import io.lettuce.core.cluster.SlotHash;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway on a Redis Cluster, from its first start to the loss of the master that its program lies on. */
class ClusterIT {
    @TempDir
    Path folder;

    @Test
    void a_gateway_serves_from_a_cluster_and_redeems_nothing_from_a_replica_that_lags() {
        Path data = folder.resolve("data");
        try (RedisClusterOfTests cluster = RedisClusterOfTests.start();
                RunningGateway gateway = RunningGateway.in(data, Map.of("COUNTERFOIL_REDIS_URI", cluster.uri()))) {
            assertThat(redeem(gateway, "k1").status()).isEqualTo(201);
            Answer again = redeem(gateway, "k1");
            assertThat(again.replayed()).isTrue();
            assertThat(again.json().getString("durability")).isEqualTo("durable");
            assertThat(gateway.get("/health/ready", "CF_SECRET_KEY").status()).isEqualTo(200);
            awaitListed(gateway, "k1");
            CommandLineRun reconcile = CommandLineRun.of(
                    Map.of("COUNTERFOIL_REDIS_URI", cluster.uri(), "COUNTERFOIL_DATA_DIR", data.toString()),
                    "reconcile");
            assertThat(reconcile.status()).as(reconcile.out() + reconcile.err()).isZero();

            int third =
                    RedisClusterOfTests.third(SlotHash.getSlot(Cell.of("demo").tag()));
            cluster.cutReplication(third);
            Answer unknown = redeem(gateway, "k2");
            assertThat(unknown.status()).as(unknown.text()).isEqualTo(503);
            assertThat(unknown.code()).isEqualTo("outcome_unknown");
            Answer accepted = redeem(gateway, "k3");
            assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
            assertThat(accepted.json().getString("durability")).isEqualTo("accepted");

            // The books wait too: they are never ahead of what may be promoted.
            Awaitility.await()
                    .during(Duration.ofSeconds(1))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> listed(gateway, "k2") + listed(gateway, "k3") == 0);

            cluster.promote(third);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
                Answer answer = redeem(gateway, "k4");
                assertThat(answer.status()).as(answer.text()).isEqualTo(503);
                assertThat(answer.code()).isIn("ledger_unavailable", "ledger_cold");
                return answer.code().equals("ledger_cold");
            });
            assertThat(redeem(gateway, "k3").code()).isEqualTo("ledger_cold");
            assertThat(listed(gateway, "k2")).isZero();
            assertThat(listed(gateway, "k3")).isZero();
            assertThat(listed(gateway, "k1")).isEqualTo(1);
            assertThat(gateway.get("/health/ready", "CF_SECRET_KEY").status()).isEqualTo(200);
        }
    }

    private static Answer redeem(RunningGateway gateway, String key) {
        return gateway.redeem(
                key,
                new JsonObject()
                        .put("secret", gateway.env("CF_CARD_SECRET"))
                        .put("item", "crab-8")
                        .put("account", "u_" + key)
                        .put("reference", key));
    }

    private static void awaitListed(RunningGateway gateway, String reference) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> listed(gateway, reference) == 1);
    }

    private static int listed(RunningGateway gateway, String reference) {
        Answer list = gateway.get("/v1/programs/demo/redemptions?reference=" + reference, "CF_SECRET_KEY");
        return list.json().getJsonArray("data").size();
    }
}
