package dev.counterfoil.ledger.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A real Redis: every write is on disk before it is answered ({@code appendfsync always}), and nothing is ever evicted. Stopped by
 * force after 10 s.
 */
public final class EmbeddedRedis extends EmbeddedServer {
    private static final String NAME = "embedded Redis";
    private static final Duration STOP_GRACE = Duration.ofSeconds(10);
    private static final Pattern WARNING = Pattern.compile("^\\d+:\\S+ .*? # (.*)$");

    private final DataDirectory data;
    private final long maxmemoryBytes;
    private final String password;

    private EmbeddedRedis(DataDirectory data, int wantedPort, long maxmemoryBytes) {
        super(NAME, wantedPort);
        this.data = data;
        this.maxmemoryBytes = maxmemoryBytes;
        this.password = HexFormat.of().formatHex(data.secret("redis.password", 24));
        start();
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
        return "redis://:" + password + "@" + LoopbackPort.HOST + ":" + port();
    }

    @Override
    public String toString() {
        return "EmbeddedRedis[redis://:***@" + LoopbackPort.HOST + ":" + port() + "]";
    }

    @Override
    Started launch() {
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
        return new Started(started, List.of(logged), WARNING, logs);
    }

    @Override
    State state(TiedProcess started) {
        return switch (RedisPing.send(port(), password)) {
            case READY -> State.READY;
            case LOADING -> State.RECOVERING;
            default -> State.STARTING;
        };
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
                """.formatted(LoopbackPort.HOST, port(), password, quoted(folder), quoted(logFile), maxmemoryBytes);
    }

    private static String quoted(Path path) {
        return "\"" + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
