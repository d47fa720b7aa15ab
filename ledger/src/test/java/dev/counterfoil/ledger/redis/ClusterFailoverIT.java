package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.embedded.RedisClusterOfTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of money when a master is lost. Each test has a master of its own, and leaves it lost. */
class ClusterFailoverIT {
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);
    private static RedisClusterOfTests cluster;
    private static RedisConnection redis;

    @BeforeAll
    static void start() {
        cluster = RedisClusterOfTests.start();
        redis = OnCluster.connect(cluster, COMMAND_TIMEOUT);
    }

    @AfterAll
    static void stop() {
        redis.close();
        cluster.close();
    }

    /** Accepted is what Redis' memory has: the answer comes whether or not a replica has it, and the fence has to notice. */
    @Test
    void after_a_lagging_replica_was_promoted_nothing_moves_on_the_shorter_history() {
        LedgerOnRedis lost = OnCluster.open(0, redis);
        List<LedgerOnRedis> others = List.of(OnCluster.open(1, redis), OnCluster.open(2, redis));
        others.forEach(other -> other.post("issue", newCard("a", 1_000)));
        Ledger accepted = OnCluster.ledger(redis, Durability.ACCEPTED);
        assertThat(post(accepted, lost, "issue", newCard("a", 1_000))).isInstanceOf(Posted.class);
        await(redis.replicated(lost.cell));
        SortedMap<String, String> replicated = lost.contents();

        cluster.cutReplication(0);
        for (int i = 0; i < 5; i++) {
            assertThat(post(accepted, lost, "cut" + i, debit("a", 100))).isInstanceOf(Posted.class);
        }
        try (Traffic traffic = new Traffic(others)) {
            cluster.promote(0);
            List<LedgerFault> faults = new ArrayList<>();
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
                faults.add(fault(accepted, lost, "after" + faults.size()));
                return faults.get(faults.size() - 1) instanceof LedgerFault.Cold;
            });
            for (int i = 0; i < 20; i++) {
                faults.add(fault(accepted, lost, "after" + faults.size()));
            }
            assertThat(faults.subList(faults.size() - 21, faults.size()))
                    .allSatisfy(fault -> assertThat(fault).isInstanceOf(LedgerFault.Cold.class));
            assertThat(lost.contents()).isEqualTo(replicated);
            traffic.assertUndisturbed();
        }
    }

    /** Durable is not said of what no replica has, so a promoted replica has everything that was answered. */
    @Test
    void what_no_replica_has_is_unknown_and_posts_once_when_its_key_is_sent_again_after_the_failover() {
        LedgerOnRedis lost = OnCluster.open(1, redis);
        lost.post("issue", newCard("a", 1_000));
        assertThat(durability(lost.post("k1", debit("a", 100)))).isEqualTo("durable");

        cluster.cutReplication(1);
        assertThatThrownBy(() -> lost.post("k2", debit("a", 100)))
                .isInstanceOf(LedgerFault.OutcomeUnknown.class)
                .hasMessageContaining("replica");
        assertThatThrownBy(() -> lost.post("k2", debit("a", 100))).isInstanceOf(LedgerFault.OutcomeUnknown.class);
        assertThatThrownBy(() -> await(lost.ledger.transaction(lost.cell, 3)))
                .isInstanceOf(LedgerFault.OutcomeUnknown.class);

        cluster.promote(1);
        List<Outcome> again = new ArrayList<>();
        Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            again.add(lost.post("k2", debit("a", 100)));
            return true;
        });
        assertThat(again.get(0).replayed()).isFalse();
        assertThat(lost.post("k2", debit("a", 100)).replayed()).isTrue();
        assertThat(lost.post("k1", debit("a", 100)).replayed()).isTrue();
        assertThat(lost.contents().get("card:" + id("a"))).contains("b=800");
        assertThat(lost.contents().get("meta")).contains("sequence 3");
    }

    @Test
    void while_no_replica_keeps_up_answers_say_accepted_and_once_one_does_durable_again() {
        LedgerOnRedis lost = OnCluster.open(2, redis);
        lost.post("issue", newCard("a", 1_000));
        cluster.cutReplication(2);
        assertThatThrownBy(() -> lost.post("k1", debit("a", 100))).isInstanceOf(LedgerFault.OutcomeUnknown.class);
        assertThat(durability(lost.post("k2", debit("a", 100)))).isEqualTo("accepted");

        cluster.replica(2).resume();
        cluster.awaitCaughtUp(2);
        AtomicInteger keys = new AtomicInteger();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> durability(lost.post("again" + keys.incrementAndGet(), debit("a", 1)))
                        .equals("durable"));
        Posted replay = (Posted) lost.post("k1", debit("a", 100));
        assertThat(replay.replayed()).isTrue();
        assertThat(durability(replay)).isEqualTo("durable");
    }

    private static String durability(Outcome outcome) {
        return ((Posted) outcome).transaction().data().getString("durability");
    }

    private static Outcome post(Ledger ledger, LedgerOnRedis on, String key, Leg... legs) {
        return await(ledger.post(on.transaction(key, key, legs)));
    }

    /** The fault with which a post has to fail. */
    private static LedgerFault fault(Ledger ledger, LedgerOnRedis on, String key) {
        Throwable failure = catchThrowable(() -> post(ledger, on, key, debit("a", 100)));
        assertThat(failure).isInstanceOfAny(LedgerFault.Unavailable.class, LedgerFault.Cold.class);
        return (LedgerFault) failure;
    }

    /** Posts to other cells, one after the other, all the while. */
    private static final class Traffic implements AutoCloseable {
        private final List<LedgerOnRedis> cells;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicInteger posted = new AtomicInteger();
        private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        private final Thread thread = new Thread(this::run, "traffic");

        Traffic(List<LedgerOnRedis> cells) {
            this.cells = cells;
            thread.start();
        }

        private void run() {
            while (!over.get()) {
                for (LedgerOnRedis cell : cells) {
                    try {
                        cell.post("t" + posted.get(), newCard("t" + posted.get(), 1));
                        posted.incrementAndGet();
                    } catch (RuntimeException e) {
                        failures.add(e);
                    }
                }
            }
        }

        void assertUndisturbed() {
            int before = posted.get();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> posted.get() >= before + cells.size());
            assertThat(before).isPositive();
            assertThat(failures).isEmpty();
        }

        @Override
        public void close() {
            over.set(true);
            try {
                thread.join(10_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
