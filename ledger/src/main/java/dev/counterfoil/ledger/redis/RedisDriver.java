package dev.counterfoil.ledger.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Lettuce as the ledger needs it: it waits and queues within bounds, refuses while disconnected, and sends nothing a second
 * time. What several nodes of one connection share. Thread-safe.
 */
final class RedisDriver implements AutoCloseable {
    static final Duration RECONNECT = Duration.ofMillis(100);
    private static final int MOST_WAITING = 16_384;

    private final ClientResources resources;
    private final RedisClient client;
    private final Duration commandTimeout;

    RedisDriver(Duration connectTimeout, Duration commandTimeout) {
        this.commandTimeout = commandTimeout;
        this.resources = ClientResources.builder()
                .reconnectDelay(Delay.constant(RECONNECT))
                .build();
        this.client = RedisClient.create(resources);
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
    }

    RedisClient client() {
        return client;
    }

    Duration commandTimeout() {
        return commandTimeout;
    }

    /** Runs {@code task} later, unless this is being closed. */
    void later(Duration delay, Runnable task) {
        if (!resources.eventExecutorGroup().isShuttingDown()) {
            var unused = resources.eventExecutorGroup().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
