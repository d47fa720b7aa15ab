package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.internal.HostAndPort;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Redis as the ledger uses it: one server, or the masters of a Redis Cluster, over one multiplexed connection each. Bounded in
 * what it queues and how long it waits. No command is sent a second time unless a server said that it did not run it: after a
 * reconnect nothing is replayed, since only the sender knows under which key a retry is safe. While a server is refused or gone
 * every call to it fails at once; when a command got no answer in time, calls to that server fail at once until a probe is
 * answered again. Thread-safe.
 */
public final class RedisConnection implements AutoCloseable {
    private static final Script MARK = Script.load("mark");

    private final RedisDriver driver;
    private final RedisServers servers;

    private RedisConnection(RedisDriver driver, RedisServers servers) {
        this.driver = driver;
        this.servers = servers;
    }

    /**
     * Connects, waiting at most {@code connectTimeout} for each server that is tried. Whether it is a cluster, the server tells.
     *
     * @param uri {@code redis://:password@host:port[/db]}, {@code rediss://…} for TLS; of a cluster one node or, separated by
     *     commas, several, of which one has to answer
     * @param commandTimeout after which a command counts as unanswered
     * @throws LedgerFault.Unavailable when Redis cannot be reached; the message has no password
     */
    public static RedisConnection open(String uri, Duration connectTimeout, Duration commandTimeout) {
        List<RedisURI> seeds = hosts(uri, connectTimeout);
        RedisDriver driver = new RedisDriver(connectTimeout, commandTimeout);
        try {
            return new RedisConnection(driver, servers(driver, seeds, connectTimeout));
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
    }

    private static List<RedisURI> hosts(String uri, Duration connectTimeout) {
        RedisURI all = RedisURI.create(uri);
        all.setTimeout(connectTimeout);
        List<RedisURI> hosts = new ArrayList<>();
        for (String part : all.getHost().split(",")) {
            HostAndPort host = HostAndPort.parse(part);
            hosts.add(RedisURI.builder(all)
                    .withHost(host.getHostText())
                    .withPort(host.hasPort() ? host.getPort() : all.getPort())
                    .build());
        }
        if (hosts.size() > 1 && all.getDatabase() != 0) {
            throw new IllegalArgumentException("Redis database: " + all.getDatabase()
                    + " (expected: none; several hosts are a cluster, which has only 0)");
        }
        return hosts;
    }

    /** The first host that answers says what it is. One that is not of a cluster has to be the only one. */
    private static RedisServers servers(RedisDriver driver, List<RedisURI> seeds, Duration connectTimeout) {
        List<String> failures = new ArrayList<>();
        for (RedisURI seed : seeds) {
            RedisNode node = new RedisNode(driver, seed, () -> {});
            try {
                node.connect();
                if (isOfCluster(node, seeds.size() > 1)) {
                    String nodes = await(node.dispatch(RedisClusterAsyncCommands::clusterNodes));
                    node.close();
                    return RedisCluster.open(driver, seeds, seed, nodes, connectTimeout);
                }
            } catch (LedgerFault.Unavailable e) {
                node.close();
                failures.add(e.getMessage());
                continue;
            }
            if (seeds.size() > 1) {
                node.close();
                throw new LedgerFault.Unavailable(
                        "Redis at " + node + " is not of a cluster (expected: one host, or several of one cluster)");
            }
            return new RedisServers.Single(node);
        }
        throw new LedgerFault.Unavailable(String.join("; ", failures));
    }

    /** A server that refuses to say is taken for what the number of hosts suggests. */
    private static boolean isOfCluster(RedisNode node, boolean otherwise) {
        CompletionStage<Boolean> told = node.dispatch(commands -> commands.info("cluster"))
                .handle((info, failure) -> {
                    if (failure == null) {
                        return info.contains("cluster_enabled:1");
                    } else if (Redirection.unwrapped(failure) instanceof RedisCommandExecutionException) {
                        return otherwise;
                    }
                    throw new CompletionException(failure);
                });
        return await(told);
    }

    /** Every failure is Unavailable; the command timeout bounds the wait. */
    private static <T> T await(CompletionStage<T> answer) {
        try {
            return answer.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new LedgerFault.Unavailable(
                    "Redis: " + Redirection.unwrapped(e).getMessage());
        }
    }

    /**
     * Runs a command on the server that holds {@code key}, which is also what the command is about, and brings its result onto
     * the caller's Vert.x context, if there is one. Any failure is Unavailable.
     */
    public <T> Future<T> call(
            byte[] key, Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        return onContext(servers.dispatch(key, false, command));
    }

    /** The same, for a key whose name is text. */
    public <T> Future<T> call(
            String key, Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        return call(RedisKeys.bytes(key), command);
    }

    /** Runs a command that is about no key, on any one server; as {@link #call(byte[], Function)}. */
    public <T> Future<T> call(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        return onContext(servers.any().dispatch(command));
    }

    /** Brings the result of {@link #dispatch} or of a {@link Script} onto the caller's Vert.x context, likewise. */
    public <T> Future<T> call(CompletionStage<T> stage) {
        return onContext(stage);
    }

    /**
     * Runs a command on every server that holds keys and is not known to be away; the answers, each with whose it is. Fails when
     * one of them does, or all are away.
     */
    public <T> Future<List<Answer<T>>> onEach(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        List<RedisNode> there =
                servers.masters().stream().filter(RedisNode::answering).toList();
        List<Future<Answer<T>>> answers = (there.isEmpty() ? servers.masters() : there)
                .stream()
                        .map(node -> onContext(node.<T>dispatch(command))
                                .map(answer -> new Answer<>(node.toString(), answer)))
                        .toList();
        return Future.all(answers)
                .map(all -> answers.stream().map(Future::result).toList());
    }

    /** @param server host and port of whoever answered */
    public record Answer<T>(String server, T value) {}

    /**
     * Runs a command on the server that holds {@code key}; the stage completes on a thread of the connection and fails with
     * what went wrong, a {@link LedgerFault.Unavailable} when the command was certainly not sent.
     */
    public <T> CompletionStage<T> dispatch(
            byte[] key, Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        return servers.dispatch(key, false, command);
    }

    /** Runs a command that is about no key, on any one server, likewise. */
    public <T> CompletionStage<T> dispatch(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        return servers.any().dispatch(command);
    }

    /**
     * As {@link #dispatch(byte[], Function)}, and a success means that a replica has what was written, where there is one that may be promoted. Fails with
     * {@link LedgerFault.OutcomeUnknown} when the command succeeded and no replica is known to have it.
     */
    <T> CompletionStage<T> dispatchReplicated(
            byte[] key, Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        return servers.dispatch(key, true, command);
    }

    /** Every server that holds keys. */
    public List<RedisServer> servers() {
        return List.copyOf(servers.masters());
    }

    /**
     * Succeeds once a replica has all that was read of {@code cell} over this connection, where there is one that may be
     * promoted; fails with a {@link LedgerFault} when that is not known.
     */
    public Future<Void> replicated(Cell cell) {
        if (!servers.replaceable(cell)) {
            return Future.succeededFuture();
        }
        byte[][] keys = {RedisKeys.bytes(RedisKeys.meta(cell)), RedisKeys.bytes(RedisKeys.journal(cell))};
        return onContext(MARK.<Long>runReplicated(this, ScriptOutputType.INTEGER, keys))
                .mapEmpty();
    }

    /** Whether a replica may take the place of the server of {@code cell}, without the last writes that it was not told of. */
    boolean replaceable(Cell cell) {
        return servers.replaceable(cell);
    }

    /** Whether a write to {@code cell} can be made durable now, as far as is known. */
    boolean promised(Cell cell) {
        return servers.promised(cell);
    }

    /** Whether the server of {@code cell} is so full, as far as is known, that nothing new should be begun there. */
    boolean tight(Cell cell) {
        return servers.tight(cell);
    }

    /** Whether commands are being answered, as far as is known now: of a cluster, by any of its masters. */
    public boolean answering() {
        return servers.answering();
    }

    private <T> Future<T> onContext(CompletionStage<T> stage) {
        Context context = Vertx.currentContext();
        Future<T> future =
                context == null ? Future.fromCompletionStage(stage) : Future.fromCompletionStage(stage, context);
        return future.recover(thrown -> {
            Throwable failure = Redirection.unwrapped(thrown);
            return Future.failedFuture(
                    failure instanceof LedgerFault
                            ? failure
                            : new LedgerFault.Unavailable("Redis: " + failure.getMessage()));
        });
    }

    @Override
    public void close() {
        driver.close();
    }
}
