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
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real PostgreSQL: every commit is on disk before it is answered. The programs are zonky's; its launcher is not used, because
 * that runs with {@code fsync=off} and asks nobody for a password. Stopped by force after 30 s.
 */
public final class EmbeddedPostgresql extends EmbeddedServer {
    static final String NAME = "embedded PostgreSQL";
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
    private final boolean fresh;

    private EmbeddedPostgresql(
            DataDirectory data, PostgresqlBinaries binaries, PostgresqlCluster cluster, int wantedPort) {
        super(NAME, wantedPort);
        this.data = data;
        this.binaries = binaries;
        this.cluster = cluster;
        start();
        try {
            cluster.provision(port());
            this.fresh = cluster.isBlank(port());
        } catch (RuntimeException e) {
            close();
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
        PostgresqlBinaries binaries = PostgresqlBinaries.unpack(data);
        return new EmbeddedPostgresql(data, binaries, PostgresqlCluster.prepare(data, binaries), port);
    }

    /** {@code postgresql://counterfoil:password@127.0.0.1:port/counterfoil}. Holds the password: not for logs. */
    public String jdbcUri() {
        return cluster.uri(port());
    }

    /** The same for the superuser and database {@code postgres}, for tests and repairs. Not for logs. */
    public String adminUri() {
        return cluster.adminUri(port());
    }

    /**
     * Whether the database held no table when it started: it was made by this start, or by one that was interrupted
     * before its first migration. Only then may a pepper be made, and before the migrations run.
     */
    public boolean fresh() {
        return fresh;
    }

    @Override
    public String toString() {
        return "EmbeddedPostgresql[postgresql://" + PostgresqlCluster.ROLE + ":***@" + LoopbackPort.HOST + ":" + port()
                + "]";
    }

    @Override
    Started launch() {
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
        return new Started(started, List.of(logged, ServerLog.whole(output)), FATAL, logs);
    }

    private List<String> arguments(Path logs) {
        List<String> arguments = new ArrayList<>(List.of("-D", cluster.folder().toString()));
        Stream.concat(SETTINGS.stream(), Stream.of("port=" + port(), "log_directory=" + logs))
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
    @Override
    State state(TiedProcess started) {
        if (!lockLine(0).equals(Optional.of(Long.toString(started.pid())))) {
            return State.STARTING;
        }
        return switch (lockLine(7).orElse("")) {
            case "ready" -> State.READY;
            case "starting" -> State.RECOVERING;
            default -> State.STARTING;
        };
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
