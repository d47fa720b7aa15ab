package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.LedgerFault;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Redis server over one multiplexed connection, bounded in what it queues and how long it waits. It never sends a command a
 * second time. While the server is refused or gone every call fails at once; when a command got no answer in time, calls fail
 * at once until a probe is answered again. Thread-safe.
 */
final class RedisNode implements RedisServer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisNode.class);
    private static final Duration ACTIVE_WITHIN = Duration.ofSeconds(1);
    private static final int MOST_TRIES = 100;

    private final RedisDriver driver;
    private final RedisURI uri;
    private final Runnable troubled;
    private final Replication replication;
    private final MemoryUse memory;
    private final AtomicBoolean silent = new AtomicBoolean();
    private final AtomicLong losses = new AtomicLong();
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private volatile @Nullable StatefulRedisConnection<byte[], byte[]> connection;
    private volatile boolean closed;

    /** @param troubled told, often and from any thread, when the server cannot be reached or does not answer; must not block */
    RedisNode(RedisDriver driver, RedisURI uri, Runnable troubled) {
        this.driver = driver;
        this.uri = uri;
        this.troubled = troubled;
        this.replication = new Replication(this, driver);
        this.memory = new MemoryUse(this, driver);
    }

    /** Connects, waiting as long as the URI's timeout says. Fails with {@link LedgerFault.Unavailable}, without the password. */
    void connect() {
        try {
            StatefulRedisConnection<byte[], byte[]> made = driver.client().connect(ByteArrayCodec.INSTANCE, uri);
            take(made);
            awaitActive(made);
        } catch (RedisException e) {
            throw new LedgerFault.Unavailable("Redis at " + this + " cannot be reached: " + rootMessage(e));
        }
    }

    /** Lettuce now and then says that a connection is made a moment before it takes commands. */
    private static void awaitActive(StatefulRedisConnection<byte[], byte[]> made) {
        for (int tries = 1; ; tries++) {
            try {
                String pong = made.sync().ping();
                return;
            } catch (RedisCommandExecutionException answered) {
                // That it is loading, or that this user may not: it takes commands.
                return;
            } catch (RedisException e) {
                if (tries == MOST_TRIES || !notSent(e)) {
                    throw e;
                }
            }
            try {
                Thread.sleep(ACTIVE_WITHIN.toMillis() / MOST_TRIES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LedgerFault.Unavailable("interrupted while connecting to Redis");
            }
        }
    }

    /** Connects without waiting, again and again until it succeeds or this is closed. */
    void connectSoon() {
        var unused = driver.client().connectAsync(ByteArrayCodec.INSTANCE, uri).whenComplete((made, failure) -> {
            if (failure == null) {
                take(made);
            } else if (!closed) {
                troubled.run();
                driver.later(RedisDriver.RECONNECT, this::connectSoon);
            }
        });
    }

    /** Completes when the first connection is made. */
    CompletableFuture<Void> connected() {
        return connected.copy();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The stage completes on a thread of the connection and fails with what went wrong, a
     * {@link LedgerFault.Unavailable} when the command was certainly not sent.
     */
    @Override
    public <T> CompletionStage<T> dispatch(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        StatefulRedisConnection<byte[], byte[]> made = connection;
        if (made == null) {
            troubled.run();
            return CompletableFuture.failedFuture(
                    new LedgerFault.Unavailable("Redis at " + this + " is not connected"));
        }
        if (silent.get()) {
            troubled.run();
            return CompletableFuture.failedFuture(new LedgerFault.Unavailable("Redis does not answer"));
        }
        try {
            return command.apply(made.async()).whenComplete((result, failure) -> {
                if (failure != null) {
                    note(failure);
                }
            });
        } catch (RedisException e) {
            note(e);
            return CompletableFuture.failedFuture(new LedgerFault.Unavailable("Redis: " + e.getMessage()));
        }
    }

    /** Whether commands are being answered, as far as is known now. */
    boolean answering() {
        StatefulRedisConnection<byte[], byte[]> made = connection;
        return made != null && made.isOpen() && !silent.get();
    }

    boolean isClosed() {
        return closed;
    }

    /** How often the connection was lost: what two commands bracket went over one connection if it is the same around them. */
    long losses() {
        return losses.get();
    }

    String host() {
        return uri.getHost();
    }

    Replication replication() {
        return replication;
    }

    MemoryUse memory() {
        return memory;
    }

    /** Whether {@code failure} says that a command was certainly not sent. */
    static boolean notSent(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof LedgerFault.Unavailable
                || failure instanceof RedisConnectionException
                || (message != null
                        && (message.startsWith("Currently not connected")
                                || message.equals("Connection is closed")
                                || message.startsWith("Request queue size exceeded")));
    }

    /** Takes notice of how a command failed. */
    void note(Throwable failure) {
        if (unanswered(failure)) {
            probe();
            troubled.run();
        } else if (notSent(failure)) {
            troubled.run();
        }
    }

    private static boolean unanswered(Throwable failure) {
        return failure instanceof RedisCommandTimeoutException
                || failure.getCause() instanceof RedisCommandTimeoutException;
    }

    private void take(StatefulRedisConnection<byte[], byte[]> made) {
        made.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> channel) {
                losses.incrementAndGet();
                troubled.run();
            }
        });
        connection = made;
        if (closed) {
            var unused = made.closeAsync();
        }
        if (connected.complete(null)) {
            memory.watch();
        }
    }

    /** Holds every call back until the server answers a PING again; one probe at a time, each bounded by the command timeout. */
    private void probe() {
        if (silent.compareAndSet(false, true)) {
            LOG.warn("redis at {} does not answer: calls are refused until it does", this);
            ping();
        }
    }

    private void ping() {
        StatefulRedisConnection<byte[], byte[]> made = connection;
        if (made == null || closed) {
            return;
        }
        CompletionStage<String> answer;
        try {
            answer = made.async().ping();
        } catch (RedisException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((pong, failure) -> {
            if (failure == null) {
                silent.set(false);
                LOG.info("redis at {} answers again", this);
            } else {
                driver.later(RedisDriver.RECONNECT, this::ping);
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

    /** Host and port. */
    @Override
    public String toString() {
        return uri.getHost() + ":" + uri.getPort();
    }

    @Override
    public void close() {
        closed = true;
        StatefulRedisConnection<byte[], byte[]> made = connection;
        if (made != null) {
            made.close();
        }
    }

    /** As {@link #close}, once what is under way had time to be answered. */
    void retire(Duration after) {
        driver.later(after, () -> {
            closed = true;
            StatefulRedisConnection<byte[], byte[]> made = connection;
            if (made != null) {
                var unused = made.closeAsync();
            }
        });
    }
}
