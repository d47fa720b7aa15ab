package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The servers that hold the keys: one, or the masters of a cluster. */
interface RedisServers {
    /**
     * Runs a command on the server that holds {@code key}; as {@link RedisNode#dispatch}.
     *
     * @param replicated whether it counts only once a replica has it, where one may be promoted: {@link Replication#dispatch}
     */
    <T> CompletionStage<T> dispatch(
            byte[] key,
            boolean replicated,
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command);

    /** Whether a write to {@code cell} can be made durable now; see {@link Replication#promised}. */
    boolean promised(Cell cell);

    /** Whether the server of {@code cell} has a replica that may be promoted. */
    boolean replaceable(Cell cell);

    /** Whether the server of {@code cell} should begin nothing new; see {@link MemoryUse}. */
    boolean tight(Cell cell);

    /** Every server that holds keys, at least one. */
    List<RedisNode> masters();

    /** Whether any server answers. */
    default boolean answering() {
        return masters().stream().anyMatch(RedisNode::answering);
    }

    /** Any server that answers, or any at all. */
    default RedisNode any() {
        List<RedisNode> masters = masters();
        return masters.stream().filter(RedisNode::answering).findFirst().orElse(masters.get(0));
    }

    /** One server for all keys. */
    record Single(RedisNode node) implements RedisServers {
        @Override
        public <T> CompletionStage<T> dispatch(
                byte[] key,
                boolean replicated,
                Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
            return node.dispatch(command);
        }

        @Override
        public boolean promised(Cell cell) {
            return true;
        }

        @Override
        public boolean replaceable(Cell cell) {
            return false;
        }

        @Override
        public boolean tight(Cell cell) {
            return node.memory().isTight();
        }

        @Override
        public List<RedisNode> masters() {
            return List.of(node);
        }
    }
}
