package dev.counterfoil.ledger.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Redis on a {@link DataDirectory}: on the loopback address, behind a random password, every write on disk
 * before it is answered ({@code appendfsync always}), nothing ever evicted. It ends with this JVM, even a killed one.
 */
public final class EmbeddedRedis implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedRedis.class);
    private static final String NAME = "embedded Redis";
    private static final Duration START_PATIENCE = Duration.ofSeconds(15);
    private static final Duration LOADING_PATIENCE = Duration.ofMinutes(10);
    private static final Duration STOP_GRACE = Duration.ofSeconds(10);
    private static final Pattern WARNING = Pattern.compile("^\\d+:\\S+ .*? # (.*)$");

    private final DataDirectory data;
    private final int port;
    private final long maxmemoryBytes;
    private final String password;
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private TiedProcess process;

    private EmbeddedRedis(DataDirectory data, int wantedPort, long maxmemoryBytes) {
        this.data = data;
        this.maxmemoryBytes = maxmemoryBytes;
        this.password = HexFormat.of().formatHex(data.secret("redis.password", 24));
        this.port = LoopbackPort.choose(NAME, wantedPort);
        this.process = launch();
    }

    /**
     * Starts Redis and returns when it serves. A Redis that an earlier, killed JVM left on the same folder is waited
     * for, then ended.
     *
     * @param port on 127.0.0.1, or 0 for a free one
     * @param maxmemoryBytes above which writes are refused, or 0 for no such limit
     * @throws EmbeddedServerException when it cannot start; nothing is left running
     */
    public static EmbeddedRedis start(DataDirectory data, int port, long maxmemoryBytes) {
        return new EmbeddedRedis(data, port, maxmemoryBytes);
    }

    /** {@code redis://:password@127.0.0.1:port}. Holds the password: not for logs. */
    public String uri() {
        return "redis://:" + password + "@" + LoopbackPort.HOST + ":" + port;
    }

    public int port() {
        return port;
    }

    /** The server's process id. */
    public synchronized long pid() {
        return process.pid();
    }

    public synchronized boolean isAlive() {
        return process.isAlive();
    }

    /** Completes with its name when it ends although nobody here stopped or killed it. */
    CompletableFuture<String> lost() {
        return lost;
    }

    /** Stops Redis in order, by force after 10 s. */
    @Override
    public synchronized void close() {
        process.stop();
    }

    /** Kills Redis as a crash would; {@link #restart} brings it back. For tests. */
    public synchronized void kill() {
        process.kill();
    }

    /** Makes Redis hang: connections stay open and get no answer, until {@link #resume}. For tests. */
    public synchronized void pause() {
        process.pause();
    }

    /** Ends {@link #pause}. For tests. */
    public synchronized void resume() {
        process.resume();
    }

    /** Stops Redis if it runs and starts it again with the same data, port and password. For tests. */
    public synchronized void restart() {
        process.stop();
        process = launch();
    }

    @Override
    public String toString() {
        return "EmbeddedRedis[redis://:***@" + LoopbackPort.HOST + ":" + port + "]";
    }

    private TiedProcess launch() {
        Path folder = data.folder("redis");
        Path logs = data.folder("logs");
        Path settings = folder.resolve("redis.conf");
        Path logFile = logs.resolve("redis.log");
        try {
            DataDirectory.replace(settings, settings(folder, logFile));
        } catch (IOException e) {
            throw new EmbeddedServerException(NAME + ": cannot write " + settings + ": " + e, e);
        }
        ServerLog logged = ServerLog.begin(logFile);
        TiedProcess started = TiedProcess.start(new TiedProcess.Launch(
                NAME,
                List.of(RedisBinary.find(data).toString(), settings.toString()),
                settings.toString(),
                folder.resolve("redis.pid"),
                logs.resolve("redis-start.log"),
                logFile,
                "TERM",
                STOP_GRACE));
        try {
            awaitReady(started, logged, logs);
            started.serving(() -> lost.complete(NAME));
            return started;
        } catch (RuntimeException e) {
            started.kill();
            throw e;
        }
    }

    private void awaitReady(TiedProcess started, ServerLog logged, Path logs) {
        Patience patience = new Patience(START_PATIENCE);
        Patience sayNothing = new Patience(Duration.ofSeconds(1));
        boolean loading = false;
        while (true) {
            RedisPing.Answer answer = RedisPing.send(port, password);
            if (answer == RedisPing.Answer.READY) {
                return;
            }
            if (!started.isAlive()) {
                throw new EmbeddedServerException(
                        NAME + " did not start: " + logged.find(WARNING).orElse("see " + logs));
            }
            if (answer == RedisPing.Answer.LOADING && !loading && sayNothing.isOver()) {
                log.info("{} is loading its append-only file", NAME);
                loading = true;
                patience = new Patience(LOADING_PATIENCE);
            }
            if (!patience.pause()) {
                throw new EmbeddedServerException(
                        NAME + " was not ready after " + patience.total().toSeconds() + " s; see " + logs);
            }
        }
    }

    private String settings(Path folder, Path logFile) {
        return """
                # Written at every start.
                bind %s
                port %d
                protected-mode yes
                requirepass %s
                dir %s
                logfile %s
                daemonize no
                set-proc-title no
                appendonly yes
                appendfsync always
                no-appendfsync-on-rewrite no
                auto-aof-rewrite-min-size 256mb
                save ""
                maxmemory %d
                maxmemory-policy noeviction
                """.formatted(LoopbackPort.HOST, port, password, quoted(folder), quoted(logFile), maxmemoryBytes);
    }

    private static String quoted(Path path) {
        return "\"" + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
