package dev.counterfoil.ledger.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The embedded Redis and PostgreSQL of one data folder: started here, or, for a command run beside a running gateway,
 * that gateway's.
 */
public final class EmbeddedServers implements AutoCloseable {
    private static final Duration ATTACH_PATIENCE = Duration.ofSeconds(60);

    private final DataDirectory data;
    private final @Nullable EmbeddedRedis redis;
    private final @Nullable EmbeddedPostgresql postgresql;
    private final ServersFile addresses;

    private EmbeddedServers(
            DataDirectory data,
            @Nullable EmbeddedRedis redis,
            @Nullable EmbeddedPostgresql postgresql,
            ServersFile addresses) {
        this.data = data;
        this.redis = redis;
        this.postgresql = postgresql;
        this.addresses = addresses;
    }

    /**
     * Starts what {@code settings} name, side by side, and returns when all of it serves. {@code data} belongs to the
     * result from here on: it is closed with it, and also when the start fails.
     *
     * @throws EmbeddedServerException when one does not start; the other one is then stopped again
     */
    public static EmbeddedServers start(DataDirectory data, EmbeddedSettings settings) {
        // One that a killed process left. Process ids repeat, in a container at every start.
        ServersFile.delete(data);
        CompletableFuture<@Nullable EmbeddedRedis> redis = startIf(
                settings.redis(),
                "embedded-redis",
                () -> EmbeddedRedis.start(data, settings.redisPort(), settings.redisMaxmemoryBytes()));
        CompletableFuture<@Nullable EmbeddedPostgresql> postgresql = startIf(
                settings.postgresql(),
                "embedded-postgresql",
                () -> EmbeddedPostgresql.start(data, settings.postgresqlPort()));
        try {
            CompletableFuture.allOf(redis, postgresql).join();
            ServersFile addresses = new ServersFile(
                    ProcessHandle.current().pid(),
                    redis.join() == null ? null : redis.join().uri(),
                    postgresql.join() == null ? null : postgresql.join().jdbcUri());
            addresses.write(data);
            return new EmbeddedServers(data, redis.join(), postgresql.join(), addresses);
        } catch (CompletionException | EmbeddedServerException e) {
            closeIfStarted(redis);
            closeIfStarted(postgresql);
            data.close();
            throw oneLine(e);
        }
    }

    /**
     * Attaches to the servers of the process that holds {@code folder}, waiting for one that is just starting; starts
     * and owns them when nobody holds it.
     *
     * @throws EmbeddedServerException when neither succeeds
     */
    public static EmbeddedServers attachOrStart(Path folder, EmbeddedSettings settings) {
        Patience patience = new Patience(ATTACH_PATIENCE);
        while (true) {
            try {
                return start(DataDirectory.open(folder), settings);
            } catch (DataDirectoryInUse inUse) {
                DataDirectory view = DataDirectory.view(folder);
                @Nullable ServersFile addresses = ServersFile.read(view).orElse(null);
                // A file left by a killed process names another pid than the lock does.
                if (addresses != null && addresses.pid() == inUse.holderPid().orElse(-1)) {
                    return new EmbeddedServers(view, null, null, addresses);
                }
                if (!patience.pause()) {
                    throw inUse;
                }
            }
        }
    }

    /** Whether these servers were started here, and {@link #close} stops them. */
    public boolean owned() {
        return data.owned();
    }

    /** The folder; only to be read when these servers are not owned. */
    public DataDirectory data() {
        return data;
    }

    /** As {@link EmbeddedRedis#uri}. */
    public String redisUri() {
        return required(addresses.redisUri(), "Redis");
    }

    /** As {@link EmbeddedPostgresql#jdbcUri}. */
    public String jdbcUri() {
        return required(addresses.jdbcUri(), "PostgreSQL");
    }

    /** Whether PostgreSQL was started here and {@link EmbeddedPostgresql#fresh} is true of it. */
    public boolean freshPostgresql() {
        return postgresql != null && postgresql.fresh();
    }

    /** The Redis started here. */
    public EmbeddedRedis redis() {
        return required(redis, "Redis");
    }

    /** The PostgreSQL started here. */
    public EmbeddedPostgresql postgresql() {
        return required(postgresql, "PostgreSQL");
    }

    /**
     * Completes with the name of the first server started here that ends although nobody here stopped or killed it. An ERROR
     * line then names its log. What was attached to is not watched.
     */
    public CompletableFuture<String> lost() {
        CompletableFuture<String> lost = new CompletableFuture<>();
        if (redis != null) {
            CompletableFuture<Void> unused = redis.lost().thenAccept(lost::complete);
        }
        if (postgresql != null) {
            CompletableFuture<Void> unused = postgresql.lost().thenAccept(lost::complete);
        }
        return lost;
    }

    /** Stops what was started here, PostgreSQL last, and lets go of the folder. Does nothing to servers of others. */
    @Override
    public synchronized void close() {
        if (!data.owned()) {
            return;
        }
        try (data;
                postgresql;
                redis) {
            ServersFile.delete(data);
        }
    }

    @Override
    public String toString() {
        return "EmbeddedServers[" + data + (owned() ? ", owned]" : "]");
    }

    private static <T> CompletableFuture<@Nullable T> startIf(boolean wanted, String thread, Supplier<T> start) {
        CompletableFuture<@Nullable T> started = new CompletableFuture<>();
        if (!wanted) {
            started.complete(null);
            return started;
        }
        Thread starter = new Thread(
                () -> {
                    try {
                        started.complete(start.get());
                    } catch (Throwable e) {
                        started.completeExceptionally(e);
                    }
                },
                thread);
        starter.setDaemon(true);
        starter.start();
        return started;
    }

    private static <T extends AutoCloseable> void closeIfStarted(CompletableFuture<@Nullable T> started) {
        try (T server = started.exceptionally(e -> null).join()) {
            // Closed, unless it has not started.
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static EmbeddedServerException oneLine(RuntimeException e) {
        Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        return cause instanceof EmbeddedServerException known
                ? known
                : new EmbeddedServerException("embedded servers cannot be started: " + cause, cause);
    }

    private static <T> T required(@Nullable T part, String name) {
        if (part == null) {
            throw new IllegalStateException(name + " was not started here");
        }
        return part;
    }
}
