package dev.counterfoil.ledger.redis;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** One server of those that hold the keys, for what has to be asked of each. Prints as host and port. */
public interface RedisServer {
    /** Runs a command on this server; as {@link RedisConnection#dispatch}, but for keys that are elsewhere it fails. */
    <T> CompletionStage<T> dispatch(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command);
}
