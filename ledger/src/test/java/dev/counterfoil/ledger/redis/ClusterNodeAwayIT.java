package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.embedded.RedisClusterOfTests;
import dev.counterfoil.ledger.testing.Servers;
import dev.counterfoil.ledger.testing.SharedCluster;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A node that does not answer is the trouble of its own cells; and what a URI may say of a cluster. */
class ClusterNodeAwayIT {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration COMMAND_TIMEOUT = Duration.ofMillis(600);
    private final RedisClusterOfTests cluster = SharedCluster.get();

    @Test
    void while_one_master_hangs_its_cells_are_refused_at_once_and_the_others_go_on() {
        try (RedisConnection redis = OnCluster.connect(cluster, COMMAND_TIMEOUT)) {
            LedgerOnRedis hanging = OnCluster.open(2, redis);
            LedgerOnRedis other = OnCluster.open(0, redis);
            hanging.post("issue", newCard("a", 1));
            cluster.master(2).pause();
            try {
                assertThatThrownBy(() -> hanging.post("k", newCard("b", 1)))
                        .isInstanceOf(LedgerFault.OutcomeUnknown.class);
                long began = System.nanoTime();
                for (int i = 0; i < 20; i++) {
                    String key = "k" + i;
                    assertThatThrownBy(() -> hanging.post(key, newCard("b", 1)))
                            .isInstanceOf(LedgerFault.Unavailable.class);
                    assertThat(other.post(key, newCard("o" + i, 1))).isInstanceOf(Posted.class);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
                assertThat(redis.answering()).isTrue();
            } finally {
                cluster.master(2).resume();
            }
            // What was sent before it hung was posted; what was refused was not.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .ignoreExceptions()
                    .until(() -> hanging.post("k", newCard("b", 1)).replayed());
            assertThat(hanging.contents().get("meta")).contains("sequence 2");
            assertThat(other.contents().get("meta")).contains("sequence 20");
            hanging.close();
            other.close();
        }
    }

    @Test
    void one_node_that_answers_is_enough_to_find_the_others() {
        String alone = cluster.master(1).uri();
        String behindDead = alone.replaceFirst("@", "@127.0.0.1:1,");
        for (String uri : new String[] {alone, behindDead, cluster.replica(0).uri()}) {
            try (RedisConnection redis = RedisConnection.open(uri, CONNECT, COMMAND_TIMEOUT)) {
                assertThat(redis.servers()).hasSize(RedisClusterOfTests.MASTERS);
            }
        }
    }

    @Test
    void hosts_that_are_no_cluster_are_refused() {
        String two = Servers.redisUri() + "," + Servers.redisUri().replaceFirst(".*@", "");
        assertThatThrownBy(() -> RedisConnection.open(two, CONNECT, COMMAND_TIMEOUT))
                .isInstanceOf(LedgerFault.Unavailable.class)
                .hasMessageContaining("is not of a cluster");
        assertThatThrownBy(() -> RedisConnection.open(cluster.uri() + "/1", CONNECT, COMMAND_TIMEOUT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("database: 1");
        assertThatThrownBy(() -> RedisConnection.open("redis://:x@127.0.0.1:1,127.0.0.1:2", CONNECT, COMMAND_TIMEOUT))
                .isInstanceOf(LedgerFault.Unavailable.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("127.0.0.1:2")
                .hasMessageNotContaining(":x@");
    }
}
