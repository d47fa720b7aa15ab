package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.LedgerFault;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether what a master wrote is on a replica too. Where a replica may be promoted, a write that no replica has can be lost
 * although it is on the master's disk: so it counts as durable only when WAIT, sent behind it on the same connection, says that
 * a replica has it. When none says so in time, the write's outcome is unknown, and nothing more is promised of this master
 * until a replica has caught up. Thread-safe.
 */
final class Replication {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration MOST_PATIENCE = Duration.ofMillis(500);

    private final RedisNode node;
    private final RedisDriver driver;
    private final long patienceMs;
    private final AtomicBoolean lagging = new AtomicBoolean();

    /** Until the cluster has said otherwise. */
    private volatile boolean replicated = true;

    Replication(RedisNode node, RedisDriver driver) {
        this.node = node;
        this.driver = driver;
        this.patienceMs = Math.min(
                MOST_PATIENCE.toMillis(), driver.commandTimeout().dividedBy(4).toMillis());
    }

    /** Whether the master has a replica that may be promoted, as its cluster said last. */
    boolean isReplicated() {
        return replicated;
    }

    void replicated(boolean known) {
        replicated = known;
    }

    /** Whether a write can be made durable now: nobody may be promoted, or a replica keeps up. */
    boolean promised() {
        return !replicated || !lagging.get();
    }

    /**
     * Runs a command that counts once a replica has what it wrote, where there is one. Fails with
     * {@link LedgerFault.OutcomeUnknown} when the command succeeded and no replica is known to have it.
     */
    <T> CompletionStage<T> dispatch(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        if (!replicated) {
            return node.dispatch(command);
        }
        // A connection made meanwhile has written nothing, so WAIT on it would be answered at once.
        long losses = node.losses();
        return node.dispatch(commands -> {
            CompletionStage<T> result = command.apply(commands);
            CompletionStage<Boolean> acknowledged = commands.waitForReplication(1, patienceMs)
                    .handle((replicas, failure) -> {
                        if (failure != null) {
                            node.note(failure);
                        }
                        return failure == null && replicas >= 1 && node.losses() == losses;
                    });
            return result.thenCombine(acknowledged, (value, known) -> {
                if (!known) {
                    lag();
                    throw new LedgerFault.OutcomeUnknown("no replica of Redis at " + node + " has acknowledged it");
                }
                return value;
            });
        });
    }

    private void lag() {
        if (lagging.compareAndSet(false, true)) {
            LOG.warn("no replica of redis at {} keeps up: answers say accepted until one does", node);
            driver.later(LOOK, this::look);
        }
    }

    private void look() {
        node.dispatch(commands -> commands.waitForReplication(1, patienceMs)).whenComplete((replicas, failure) -> {
            if (failure == null && (replicas >= 1 || !replicated)) {
                lagging.set(false);
                LOG.info("a replica of redis at {} keeps up again", node);
            } else if (!node.isClosed()) {
                driver.later(LOOK, this::look);
            }
        });
    }
}
