package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.redis.LedgerOnRedis.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.embedded.RedisClusterOfTests;
import dev.counterfoil.ledger.model.HoldContract;
import dev.counterfoil.ledger.model.LegContract;
import dev.counterfoil.ledger.model.PaymentContract;
import dev.counterfoil.ledger.model.Timing;
import dev.counterfoil.ledger.model.TrialCell;
import dev.counterfoil.ledger.testing.SharedCluster;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** On a cluster the ledger keeps to the same contract, wherever the cell lies. */
class ClusterContractIT {
    private static final AtomicInteger OPENED = new AtomicInteger();
    private static final Map<String, Integer> CELLS_BY_SERVER = new TreeMap<>();
    private static RedisConnection redis;

    @BeforeAll
    static void connect() {
        redis = OnCluster.connect(SharedCluster.get(), Duration.ofSeconds(5));
    }

    @AfterAll
    static void cells_were_on_every_master() {
        redis.close();
        int expected = OPENED.get() / RedisClusterOfTests.MASTERS;
        assertThat(CELLS_BY_SERVER).hasSize(RedisClusterOfTests.MASTERS);
        assertThat(CELLS_BY_SERVER.values()).allMatch(cells -> cells >= expected && cells <= expected + 1);
    }

    @Nested
    class Posts extends PostContractIT {
        @Override
        protected TrialCell open(Timing timing, LedgerLimits limits) {
            return next(timing, limits);
        }
    }

    @Nested
    class Legs extends LegContract {
        @Override
        protected TrialCell open(Timing timing, LedgerLimits limits) {
            return next(timing, limits);
        }
    }

    @Nested
    class Payments extends PaymentContract {
        @Override
        protected TrialCell open(Timing timing, LedgerLimits limits) {
            return next(timing, limits);
        }
    }

    @Nested
    class Holds extends HoldContract {
        @Override
        protected TrialCell open(Timing timing, LedgerLimits limits) {
            return next(timing, limits);
        }
    }

    /** One cell after the other, on one master after the other; which one holds it, the servers themselves say. */
    private static TrialCell next(Timing timing, LedgerLimits limits) {
        KernelScripts scripts =
                timing == Timing.CONTROLLED ? KernelScripts.shipped().onControlledClock() : KernelScripts.shipped();
        Cell cell = OnCluster.cell(OPENED.getAndIncrement() % RedisClusterOfTests.MASTERS);
        LedgerOnRedis opened = new LedgerOnRedis(cell, redis, scripts, limits);
        await(redis.onEach(commands -> commands.keys(RedisKeys.meta(cell)))).stream()
                .filter(answer -> !answer.value().isEmpty())
                .forEach(answer -> CELLS_BY_SERVER.merge(answer.server(), 1, Integer::sum));
        return opened;
    }
}
