package dev.counterfoil.ledger.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL on a {@link DataDirectory}: on the loopback address, behind a random password, every commit on disk
 * before it is answered. It ends with this JVM, even a killed one. The programs are zonky's; its launcher is not used,
 * because that runs with {@code fsync=off} and asks nobody for a password.
 */
public final class EmbeddedPostgresql implements AutoCloseable {
    static final String NAME = "embedded PostgreSQL";
    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgresql.class);
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);
    private static final Duration RECOVERY_PATIENCE = Duration.ofMinutes(10);
    private static final Duration STOP_GRACE = Duration.ofSeconds(30);
    private static final Pattern FATAL = Pattern.compile("FATAL:\\s+(.*)$");
    private static final List<String> SETTINGS = List.of(
            "listen_addresses=" + LoopbackPort.HOST,
            "unix_socket_directories=",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "password_encryption=scram-sha-256",
            "shared_buffers=128MB",
            "max_connections=60",
            "max_wal_size=1GB",
            "timezone=UTC",
            "log_timezone=UTC",
            "logging_collector=on",
            "log_filename=postgresql-%a.log",
            "log_file_mode=0600",
            "log_truncate_on_rotation=on",
            "log_rotation_age=1d",
            "log_rotation_size=0",
            "log_checkpoints=off",
            // Neither statements nor rows: they hold what a log must not.
            "log_min_error_statement=panic",
            "log_error_verbosity=terse");

    private final DataDirectory data;
    private final PostgresqlBinaries binaries;
    private final PostgresqlCluster cluster;
    private final int port;
    private final boolean fresh;
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private TiedProcess process;

    private EmbeddedPostgresql(DataDirectory data, int wantedPort) {
        this.data = data;
        this.binaries = PostgresqlBinaries.unpack(data);
        this.cluster = PostgresqlCluster.prepare(data, binaries);
        this.port = LoopbackPort.choose(NAME, wantedPort);
        this.process = launch();
        try {
            cluster.provision(port);
            this.fresh = cluster.isBlank(port);
        } catch (RuntimeException e) {
            process.stop();
            throw e;
        }
    }

    /**
     * Starts PostgreSQL, on the first time after making its files, and returns when it serves. One that an earlier,
     * killed JVM left on the same folder is waited for, then ended.
     *
     * @param port on 127.0.0.1, or 0 for a free one
     * @throws EmbeddedServerException when it cannot start; nothing is left running
     */
    public static EmbeddedPostgresql start(DataDirectory data, int port) {
        return new EmbeddedPostgresql(data, port);
    }

    /** {@code postgresql://counterfoil:password@127.0.0.1:port/counterfoil}. Holds the password: not for logs. */
    public String jdbcUri() {
        return cluster.uri(port);
    }

    /** The same for the superuser and database {@code postgres}, for tests and repairs. Not for logs. */
    public String adminUri() {
        return cluster.adminUri(port);
    }

    /**
     * Whether the database held no table when it started: it was made by this start, or by one that was interrupted
     * before its first migration. Only then may a pepper be made, and before the migrations run.
     */
    public boolean fresh() {
        return fresh;
    }

    public int port() {
        return port;
    }

    /** The process id of the first of the server's processes. */
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

    /** Ends sessions and stops PostgreSQL in order, by force after 30 s. */
    @Override
    public synchronized void close() {
        process.stop();
    }

    /** Kills all of PostgreSQL as a crash would; {@link #restart} brings it back. For tests. */
    public synchronized void kill() {
        process.kill();
    }

    /** Makes PostgreSQL hang: connections stay open and get no answer, until {@link #resume}. For tests. */
    public synchronized void pause() {
        process.pause();
    }

    /** Ends {@link #pause}. For tests. */
    public synchronized void resume() {
        process.resume();
    }

    /** Stops PostgreSQL if it runs and starts it again with the same data, port and passwords. For tests. */
    public synchronized void restart() {
        process.stop();
        process = launch();
    }

    @Override
    public String toString() {
        return "EmbeddedPostgresql[postgresql://" + PostgresqlCluster.ROLE + ":***@" + LoopbackPort.HOST + ":" + port
                + "]";
    }

    private TiedProcess launch() {
        Path logs = data.folder("logs");
        Path output = logs.resolve("postgresql-start.log");
        String day = LocalDate.now(ZoneOffset.UTC).getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ROOT);
        ServerLog logged = ServerLog.begin(logs.resolve("postgresql-" + day + ".log"));
        dropForeignLock();
        TiedProcess started = TiedProcess.start(new TiedProcess.Launch(
                NAME,
                binaries.command("postgres", arguments(logs)),
                cluster.folder().toString(),
                data.folder("run").resolve("postgresql.pid"),
                output,
                logs.resolve("postgresql-*.log"),
                "INT",
                STOP_GRACE));
        try {
            awaitReady(started, List.of(logged, ServerLog.whole(output)), logs);
            started.serving(() -> lost.complete(NAME));
            return started;
        } catch (RuntimeException e) {
            started.kill();
            throw e;
        }
    }

    private List<String> arguments(Path logs) {
        List<String> arguments = new ArrayList<>(List.of("-D", cluster.folder().toString()));
        Stream.concat(SETTINGS.stream(), Stream.of("port=" + port, "log_directory=" + logs))
                .forEach(setting -> arguments.addAll(List.of("-c", setting)));
        return arguments;
    }

    /**
     * PostgreSQL refuses to start while the process id in its lock file belongs to anybody. After a restart of a
     * container or the machine that is often a stranger; the lock on the data folder shows that nobody else runs here.
     */
    private void dropForeignLock() {
        Path lock = cluster.folder().resolve("postmaster.pid");
        boolean foreign = lockLine(0)
                .filter(pid -> pid.matches("\\d{1,18}"))
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)))
                .filter(holder -> !TiedProcess.carries(holder, cluster.folder().toString()))
                .isPresent();
        try {
            if (foreign) {
                // Its server may end at this very moment and take it away itself.
                var unused = Files.deleteIfExists(lock);
            }
        } catch (IOException e) {
            throw new EmbeddedServerException(NAME + ": cannot delete " + lock + ": " + e, e);
        }
    }

    /** PostgreSQL writes into its lock file how far it has come. */
    private void awaitReady(TiedProcess started, List<ServerLog> logs, Path folder) {
        Patience patience = new Patience(START_PATIENCE);
        Patience sayNothing = new Patience(Duration.ofSeconds(3));
        boolean recovering = false;
        while (true) {
            boolean own = lockLine(0).equals(Optional.of(Long.toString(started.pid())));
            String state = own ? lockLine(7).orElse("") : "";
            if (state.equals("ready")) {
                return;
            }
            if (!started.isAlive()) {
                throw new EmbeddedServerException(NAME + " did not start: "
                        + logs.stream()
                                .flatMap(file -> file.find(FATAL).stream())
                                .findFirst()
                                .orElse("see " + folder));
            }
            if (state.equals("starting") && !recovering && sayNothing.isOver()) {
                log.info("{} is recovering from its write-ahead log", NAME);
                recovering = true;
                patience = new Patience(RECOVERY_PATIENCE);
            }
            if (!patience.pause()) {
                throw new EmbeddedServerException(
                        NAME + " was not ready after " + patience.total().toSeconds() + " s; see " + folder);
            }
        }
    }

    private Optional<String> lockLine(int index) {
        try {
            List<String> lines = Files.readAllLines(cluster.folder().resolve("postmaster.pid"));
            return lines.stream().skip(index).findFirst().map(String::strip);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
