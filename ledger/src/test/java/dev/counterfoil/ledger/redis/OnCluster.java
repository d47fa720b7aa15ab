package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.embedded.RedisClusterOfTests;
import io.lettuce.core.cluster.SlotHash;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** Cells that lie where a test wants them. */
final class OnCluster {
    private OnCluster() {}

    static RedisConnection connect(RedisClusterOfTests cluster, Duration commandTimeout) {
        return RedisConnection.open(cluster.uri(), Duration.ofSeconds(5), commandTimeout);
    }

    /** A cell that no other test has, on the master of that third of the slots. */
    static Cell cell(int third) {
        return Stream.generate(LedgerOnRedis::newCell)
                .limit(10_000)
                .filter(cell -> RedisClusterOfTests.third(slot(cell)) == third)
                .findFirst()
                .orElseThrow();
    }

    static LedgerOnRedis open(int third, RedisConnection redis) {
        return new LedgerOnRedis(cell(third), redis, KernelScripts.shipped(), LedgerLimits.standard());
    }

    /** A ledger as another gateway has it: it has seen nothing yet. */
    static RedisLedger ledger(RedisConnection redis, Durability durability) {
        return new RedisLedger(
                redis,
                LedgerLimits.standard(),
                asked -> durability,
                cell -> 1,
                (cell, sequence) -> Future.succeededFuture(Optional.empty()),
                new LedgerMetrics(new SimpleMeterRegistry()),
                cell -> {});
    }

    static int slot(Cell cell) {
        return SlotHash.getSlot(cell.tag());
    }
}
