package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.embedded.ClusterNode;
import dev.counterfoil.ledger.embedded.RedisClusterOfTests;
import dev.counterfoil.ledger.testing.SharedCluster;
import io.lettuce.core.MigrateArgs;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A cell moves with its slot: while it does it may be unavailable, and nothing is posted twice or lost. */
class ClusterSlotMoveIT {
    private static final Duration COMMAND_TIMEOUT = Duration.ofMillis(1_200);
    private static RedisConnection redis;

    @BeforeAll
    static void connect() {
        redis = OnCluster.connect(SharedCluster.get(), COMMAND_TIMEOUT);
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @Test
    void a_post_into_a_slot_that_moves_is_tried_to_the_deadline_then_refused_and_its_key_posts_once_afterwards() {
        LedgerOnRedis on = OnCluster.open(0, redis);
        on.post("issue", newCard("a", 1_000));
        on.post("k1", debit("a", 100));
        try (Move move = new Move(on, 0, 1)) {
            long began = System.nanoTime();
            assertThatThrownBy(() -> on.post("k2", debit("a", 100)))
                    .isInstanceOf(LedgerFault.Unavailable.class)
                    .hasMessageContaining("TRYAGAIN");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(COMMAND_TIMEOUT, COMMAND_TIMEOUT.multipliedBy(3));
            assertThat(on.post("k1", debit("a", 100)).replayed()).isTrue();
            move.keys(1);
            assertThatThrownBy(() -> on.post("k2", debit("a", 100))).isInstanceOf(LedgerFault.Unavailable.class);
            move.keys(1_000);
            assertThat(on.post("k1", debit("a", 100)).replayed()).isTrue();
            assertThat(await(on.ledger.transaction(on.cell, 2))).isPresent();
            assertThat(await(on.ledger.card(on.cell, List.of(id("a"))))
                            .orElseThrow()
                            .balance())
                    .isEqualTo(900);
            move.finish();
            assertThat(on.post("k2", debit("a", 100)).replayed()).isFalse();
            assertThat(on.post("k2", debit("a", 100)).replayed()).isTrue();
            assertThat(on.contents().get("meta")).contains("sequence 3");
            assertThat(on.contents().get("card:" + id("a"))).contains("b=800");
        }
        on.close();
    }

    @Test
    void posts_that_wait_while_a_slot_moves_are_each_posted_once_where_it_went() {
        LedgerOnRedis on = OnCluster.open(1, redis);
        on.post("issue", newCard("a", 1_000));
        try (Move move = new Move(on, 1, 2)) {
            List<Future<Outcome>> waiting = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                waiting.add(on.ledger.post(on.transaction("k" + i, "k" + i, debit("a", 10))));
            }
            move.keys(1_000);
            move.finish();
            assertThat(waiting).allSatisfy(one -> assertThat(await(one)).isInstanceOf(Posted.class));
        }
        assertThat(on.contents().get("card:" + id("a"))).contains("b=500");
        assertThat(on.contents().get("meta")).contains("sequence 51");
        on.close();
    }

    @Test
    void a_connection_that_knew_the_slot_elsewhere_follows_it() {
        LedgerOnRedis on = OnCluster.open(2, redis);
        on.post("issue", newCard("a", 1_000));
        try (RedisConnection early = OnCluster.connect(SharedCluster.get(), COMMAND_TIMEOUT);
                Move move = new Move(on, 2, 0)) {
            RedisLedger earlier = OnCluster.ledger(early, Durability.DURABLE);
            move.keys(1_000);
            move.finish();
            assertThat(await(earlier.post(on.transaction("k1", "k1", debit("a", 100))))
                            .replayed())
                    .isFalse();
            assertThat(on.post("k1", debit("a", 100)).replayed()).isTrue();
            assertThat(on.contents().get("card:" + id("a"))).contains("b=900");
        }
        on.close();
    }

    /** The slot of a cell on its way from one master to another, one step after the other; back where it was in the end. */
    private static final class Move implements AutoCloseable {
        private final LedgerOnRedis on;
        private final int slot;
        private final ClusterNode from;
        private final ClusterNode to;
        private boolean finished;

        Move(LedgerOnRedis on, int from, int to) {
            this(on, SharedCluster.get().master(from), SharedCluster.get().master(to));
        }

        private Move(LedgerOnRedis on, ClusterNode from, ClusterNode to) {
            this.on = on;
            this.slot = OnCluster.slot(on.cell);
            this.from = from;
            this.to = to;
            to.order("CLUSTER SETSLOT " + slot + " IMPORTING " + from.id());
            from.order("CLUSTER SETSLOT " + slot + " MIGRATING " + to.id());
        }

        /** Moves so many keys, or all there are. */
        void keys(int count) {
            try (RedisConnection one =
                    RedisConnection.open(SharedCluster.get().uri(), Duration.ofSeconds(5), Duration.ofSeconds(5))) {
                RedisServer server = one.servers().stream()
                        .filter(node -> node.toString().endsWith(":" + from.port()))
                        .findFirst()
                        .orElseThrow();
                List<byte[]> keys = server.dispatch(commands -> commands.clusterGetKeysInSlot(slot, count))
                        .toCompletableFuture()
                        .join();
                assertThat(keys).isNotEmpty();
                String password = from.uri().replaceFirst("redis://:([^@]*)@.*", "$1");
                String answer = server.dispatch(commands -> commands.migrate(
                                to.host(),
                                to.port(),
                                0,
                                5_000,
                                MigrateArgs.Builder.<byte[]>keys(keys).auth(password.toCharArray())))
                        .toCompletableFuture()
                        .join();
                assertThat(answer).isEqualTo("OK");
            }
        }

        void finish() {
            to.order("CLUSTER SETSLOT " + slot + " NODE " + to.id());
            from.order("CLUSTER SETSLOT " + slot + " NODE " + to.id());
            finished = true;
        }

        @Override
        public void close() {
            if (!finished) {
                keys(1_000);
                finish();
            }
            Move back = new Move(on, to, from);
            back.keys(1_000);
            back.finish();
            for (int third = 0; third < RedisClusterOfTests.MASTERS; third++) {
                SharedCluster.get().master(third).order("CLUSTER SETSLOT " + slot + " NODE " + from.id());
            }
        }
    }
}
