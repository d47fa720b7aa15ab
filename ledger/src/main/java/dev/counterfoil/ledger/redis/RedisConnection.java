package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.LedgerFault;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One multiplexed connection to Redis, bounded in what it queues and how long it waits. It never sends a command a second
 * time: after a reconnect nothing is replayed, since only the sender knows under which key a retry is safe. While Redis is
 * refused or gone every call fails at once; when a command got no answer in time, calls fail at once until a probe is
 * answered again. Thread-safe.
 */
public final class RedisConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisConnection.class);
    private static final int MOST_WAITING = 16_384;
    private static final Duration RECONNECT = Duration.ofMillis(100);

    private final ClientResources resources;
    private final RedisClient client;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final AtomicBoolean silent = new AtomicBoolean();

    private RedisConnection(
            ClientResources resources, RedisClient client, StatefulRedisConnection<byte[], byte[]> connection) {
        this.resources = resources;
        this.client = client;
        this.connection = connection;
    }

    /**
     * Connects, waiting at most {@code connectTimeout}.
     *
     * @param uri {@code redis://:password@host:port[/db]}, {@code rediss://…} for TLS
     * @param commandTimeout after which a command counts as unanswered
     * @throws LedgerFault.Unavailable when Redis cannot be reached; the message has no password
     */
    public static RedisConnection open(String uri, Duration connectTimeout, Duration commandTimeout) {
        ClientResources resources = ClientResources.builder()
                .reconnectDelay(Delay.constant(RECONNECT))
                .build();
        RedisURI redis = RedisURI.create(uri);
        redis.setTimeout(connectTimeout);
        RedisClient client = RedisClient.create(resources, redis);
        client.setOptions(ClientOptions.builder()
                .protocolVersion(ProtocolVersion.RESP2)
                .autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MOST_WAITING)
                .replayFilter(command -> true)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(connectTimeout)
                        .tcpNoDelay(true)
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.builder()
                        .timeoutCommands(true)
                        .fixedTimeout(commandTimeout)
                        .build())
                .build());
        try {
            return new RedisConnection(resources, client, client.connect(ByteArrayCodec.INSTANCE));
        } catch (RedisException e) {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            var unused = resources.shutdown(0, 2, TimeUnit.SECONDS);
            throw new LedgerFault.Unavailable(
                    "Redis at " + redis.getHost() + ":" + redis.getPort() + " cannot be reached: " + rootMessage(e));
        }
    }

    /** Runs a command and brings its result onto the caller's Vert.x context, if there is one. Any failure is Unavailable. */
    public <T> Future<T> call(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        Context context = Vertx.currentContext();
        CompletionStage<T> stage = dispatch(command);
        Future<T> future =
                context == null ? Future.fromCompletionStage(stage) : Future.fromCompletionStage(stage, context);
        return future.recover(failure -> Future.failedFuture(
                failure instanceof LedgerFault
                        ? failure
                        : new LedgerFault.Unavailable("Redis: " + failure.getMessage())));
    }

    /**
     * Runs a command; the stage completes on a thread of the connection and fails with what went wrong, a
     * {@link LedgerFault.Unavailable} when the command was certainly not sent.
     */
    public <T> CompletionStage<T> dispatch(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        if (silent.get()) {
            return CompletableFuture.failedFuture(new LedgerFault.Unavailable("Redis does not answer"));
        }
        try {
            return command.apply(connection.async()).whenComplete((result, failure) -> {
                if (failure != null && unanswered(failure)) {
                    probe();
                }
            });
        } catch (RedisException e) {
            return CompletableFuture.failedFuture(new LedgerFault.Unavailable("Redis: " + e.getMessage()));
        }
    }

    /** Whether commands are being answered, as far as is known now. */
    public boolean answering() {
        return connection.isOpen() && !silent.get();
    }

    /** Whether {@code failure} says that a command was certainly not sent. */
    static boolean notSent(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof LedgerFault.Unavailable
                || failure instanceof RedisConnectionException
                || (message != null
                        && (message.startsWith("Currently not connected")
                                || message.startsWith("Request queue size exceeded")));
    }

    private static boolean unanswered(Throwable failure) {
        return failure instanceof RedisCommandTimeoutException
                || failure.getCause() instanceof RedisCommandTimeoutException;
    }

    /** Holds every call back until Redis answers a PING again; one probe at a time, each bounded by the command timeout. */
    private void probe() {
        if (silent.compareAndSet(false, true)) {
            LOG.warn("redis does not answer: calls are refused until it does");
            ping();
        }
    }

    private void ping() {
        CompletionStage<String> answer;
        try {
            answer = connection.async().ping();
        } catch (RedisException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((pong, failure) -> {
            if (failure == null) {
                silent.set(false);
                LOG.info("redis answers again");
            } else if (!resources.eventExecutorGroup().isShuttingDown()) {
                var unused = resources
                        .eventExecutorGroup()
                        .schedule(this::ping, RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 10; depth++) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
