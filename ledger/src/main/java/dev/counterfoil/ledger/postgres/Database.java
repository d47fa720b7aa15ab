package dev.counterfoil.ledger.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * PostgreSQL behind a bounded pool of connections and as many worker threads. Made without connecting: it may be built while
 * PostgreSQL is away, and each use then fails with {@link DatabaseUnavailable} within {@link #CONNECTION_TIMEOUT}.
 *
 * <p>Futures complete on the Vert.x context of the caller, or, called from any other thread, on a worker thread. Safe to share.
 */
public final class Database implements AutoCloseable {
    /** How long a call waits for a connection. */
    public static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(2);

    /** A statement that runs longer is cancelled by PostgreSQL. */
    public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

    /** Calls that may wait for a worker; more are refused. */
    public static final int QUEUE_LIMIT = 1024;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SOCKET_TIMEOUT = STATEMENT_TIMEOUT.plusSeconds(10);
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);

    /**
     * A process that stands still within a transaction, as a settler that was stopped, holds its rows no longer. It is not the
     * time of a statement or a commit, which may be slow, but of a pause between two: a call or two to Redis at most.
     */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final String APPLICATION = "counterfoil";

    private final PostgresUri uri;
    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private final ThreadPoolExecutor workers;

    /** @param poolSize connections and worker threads, 1..200 */
    public Database(PostgresUri uri, int poolSize) {
        if (poolSize < 1 || poolSize > 200) {
            throw new IllegalArgumentException("postgres.pool-size: " + poolSize + " (expected: 1..200)");
        }
        this.uri = uri;
        this.pool = new HikariDataSource(poolConfig(uri, poolSize));
        this.jdbi = Jdbi.create(pool).registerArrayType(String.class, "text");
        // The rendered statement would carry its arguments, and those are customers' data.
        jdbi.configure(
                StatementExceptions.class, c -> c.setMessageRendering(StatementExceptions.MessageRendering.NONE));
        this.workers = new ThreadPoolExecutor(
                poolSize, poolSize, 60, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE_LIMIT), workerThreads());
        workers.allowCoreThreadTimeOut(true);
    }

    /**
     * Brings the schema to this version; the first start creates it. Blocks. Safe when several processes do it at once.
     *
     * @throws DatabaseUnavailable when PostgreSQL cannot be reached
     * @throws IllegalStateException when the schema is not one that this version can take over
     */
    public void migrate() {
        PGSimpleDataSource direct = new PGSimpleDataSource();
        direct.setUrl(uri.jdbcUrl());
        direct.setUser(uri.user());
        direct.setPassword(uri.password());
        direct.setConnectTimeout((int) CONNECT_TIMEOUT.toSeconds());
        // A server that is stopped or cut off still lets a client connect, and then says nothing.
        setParameter(direct, "loginTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
        direct.setApplicationName(APPLICATION);
        try {
            uri.parameters().forEach((name, value) -> setParameter(direct, name, value));
            var unused = Flyway.configure(Database.class.getClassLoader())
                    .dataSource(direct)
                    .locations("classpath:db/migration")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            RuntimeException fault = DatabaseUnavailable.translate(e);
            throw fault == e ? new IllegalStateException("cannot migrate " + uri + ": " + e.getMessage(), e) : fault;
        }
    }

    /** Runs {@code work} on a worker with a connection of its own; each statement is its own transaction. */
    public <T> Future<T> call(Function<Handle, T> work) {
        return onWorker(() -> jdbi.withHandle(work::apply));
    }

    /** Runs {@code work} on a worker in one transaction, read committed; an exception rolls it back. */
    public <T> Future<T> inTransaction(Function<Handle, T> work) {
        return onWorker(() -> jdbi.inTransaction(work::apply));
    }

    /** Runs {@code work}, which only reads, on a worker; all that it reads is of one moment. */
    public <T> Future<T> inSnapshot(Function<Handle, T> work) {
        return onWorker(() -> jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, handle -> {
            handle.execute("set transaction read only");
            return work.apply(handle);
        }));
    }

    /** The same connections for code that blocks on threads of its own, as the settler does. Faults are JDBI's. */
    public Jdbi jdbi() {
        return jdbi;
    }

    /** Whether {@code fault}, thrown through {@link #jdbi()}, means that PostgreSQL is away rather than that the data is bad. */
    public static boolean isUnavailable(RuntimeException fault) {
        return DatabaseUnavailable.translate(fault) instanceof DatabaseUnavailable;
    }

    /** Refuses new calls, waits up to ten seconds for those under way, and closes every connection. Blocks. */
    @Override
    public void close() {
        workers.shutdown();
        try {
            if (!workers.awaitTermination(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                workers.shutdownNow().forEach(refused -> {});
            }
        } catch (InterruptedException e) {
            workers.shutdownNow().forEach(refused -> {});
            Thread.currentThread().interrupt();
        }
        pool.close();
    }

    @Override
    public String toString() {
        return uri.toString();
    }

    private <T> Future<T> onWorker(Work<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            workers.execute(() -> {
                try {
                    result.complete(work.run());
                } catch (RuntimeException e) {
                    result.completeExceptionally(DatabaseUnavailable.translate(e));
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new DatabaseUnavailable(
                    workers.isShutdown()
                            ? "the connection to PostgreSQL is closed"
                            : QUEUE_LIMIT + " calls wait for PostgreSQL",
                    null));
        }
        Context context = Vertx.currentContext();
        return context == null ? Future.fromCompletionStage(result) : Future.fromCompletionStage(result, context);
    }

    private static HikariConfig poolConfig(PostgresUri uri, int poolSize) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("postgres");
        config.setJdbcUrl(uri.jdbcUrl());
        config.setUsername(uri.user());
        config.setPassword(uri.password());
        config.setMaximumPoolSize(poolSize);
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        config.setValidationTimeout(VALIDATION_TIMEOUT.toMillis());
        config.setInitializationFailTimeout(-1);
        // Whatever the server's default is. Set once a connection, since JDBI would ask and set it with every
        // transaction, and hide why one failed behind its own failure to set it back.
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        uri.parameters().forEach(config::addDataSourceProperty);
        // As text: of other types Hikari drops the value without a word.
        config.addDataSourceProperty("connectTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
        config.addDataSourceProperty("loginTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
        config.addDataSourceProperty("socketTimeout", Long.toString(SOCKET_TIMEOUT.toSeconds()));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("ApplicationName", APPLICATION);
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        // PostgreSQL's details quote the values of the row that was refused.
        config.addDataSourceProperty("logServerErrorDetail", "false");
        config.addDataSourceProperty(
                "options",
                "-c statement_timeout=" + STATEMENT_TIMEOUT.toMillis() + " -c lock_timeout=" + LOCK_TIMEOUT.toMillis()
                        + " -c idle_in_transaction_session_timeout=" + IDLE_TIMEOUT.toMillis());
        return config;
    }

    private static void setParameter(PGSimpleDataSource source, String name, String value) {
        try {
            source.setProperty(name, value);
        } catch (SQLException e) {
            throw new IllegalArgumentException("postgres.uri parameter " + name + ": " + e.getMessage(), e);
        }
    }

    private static ThreadFactory workerThreads() {
        AtomicInteger count = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, "postgres-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private interface Work<T> {
        T run() throws Exception;
    }
}
