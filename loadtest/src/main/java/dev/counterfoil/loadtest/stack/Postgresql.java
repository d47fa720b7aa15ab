package dev.counterfoil.loadtest.stack;

import dev.counterfoil.loadtest.auditor.Addresses;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The installation's PostgreSQL: every commit on disk before it is answered, as the embedded one's. */
public final class Postgresql extends Server {
    private static final List<String> SETTINGS = List.of(
            "listen_addresses=" + FreePort.HOST,
            "unix_socket_directories=",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "shared_buffers=64MB",
            "max_connections=60",
            "timezone=UTC",
            "log_min_error_statement=panic",
            "log_error_verbosity=terse");

    /** The product's. */
    private static final String ROLE = "counterfoil";

    private static final String DATABASE = "counterfoil";

    /** The one that every server has. */
    private static final String FIRST_DATABASE = "postgres";

    private static final Duration INITIALIZED_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(60);
    private static final int PASSWORD_BYTES = 24;

    private final Installation installation;
    private final List<String> settings;
    private final int port;
    private final URI uri;

    private Postgresql(Installation installation, List<String> settings, int port, String database) throws IOException {
        super("PostgreSQL", launch(installation, settings, port));
        this.installation = installation;
        this.settings = settings;
        this.port = port;
        this.uri = uri(installation, port, database);
    }

    public static Postgresql start(Installation installation) throws IOException, InterruptedException {
        return start(installation, List.of());
    }

    /** @param settings beside those that the embedded one has, such as {@code shared_buffers=1GB} */
    public static Postgresql start(Installation installation, List<String> settings)
            throws IOException, InterruptedException {
        Postgresql postgresql = new Postgresql(installation, settings, FreePort.choose(), DATABASE);
        postgresql.awaitReady();
        return postgresql;
    }

    /** Makes a new one with the product's role and database. */
    static void create(Installation installation) throws IOException, InterruptedException {
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        Path password = Files.writeString(
                installation.postgresqlPassword(), HexFormat.of().formatHex(random));
        List<String> initdb = new ArrayList<>(installation.postgresql("initdb"));
        initdb.addAll(List.of(
                "--pgdata=" + installation.postgresqlData(),
                "--username=" + ROLE,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync"));
        if (!Child.start("initdb", initdb, Map.of(), installation.log("initdb")).endsWithin(INITIALIZED_WITHIN)) {
            throw new IOException("initdb did not end; see " + installation.log("initdb"));
        }
        Postgresql postgresql = new Postgresql(installation, List.of(), FreePort.choose(), FIRST_DATABASE);
        postgresql.awaitReady();
        try (Connection connection = new Addresses(postgresql.uri, postgresql.uri).openPostgres();
                Statement statement = connection.createStatement()) {
            boolean rows = statement.execute("create database " + DATABASE);
        } catch (SQLException e) {
            throw new IOException("PostgreSQL makes no database", e);
        }
        postgresql.stop();
    }

    /** Asks it to end in order, which it does when nobody is connected. */
    void stop() throws IOException, InterruptedException {
        process().terminate();
        if (!process().endsWithin(STOPPED_WITHIN)) {
            throw new IOException("PostgreSQL did not stop within " + STOPPED_WITHIN.toSeconds() + " s");
        }
    }

    /** The product's role and database through {@code port}. */
    public static URI uri(Installation installation, int port) throws IOException {
        return uri(installation, port, DATABASE);
    }

    private static URI uri(Installation installation, int port, String database) throws IOException {
        String password = Files.readString(installation.postgresqlPassword()).strip();
        return URI.create("postgresql://" + ROLE + ":" + password + "@" + FreePort.HOST + ":" + port + "/" + database);
    }

    private static Child launch(Installation installation, List<String> more, int port) throws IOException {
        List<String> command = new ArrayList<>(installation.postgresql("postgres"));
        command.addAll(List.of("-D", installation.postgresqlData().toString(), "-c", "port=" + port));
        Stream.concat(SETTINGS.stream(), more.stream()).forEach(setting -> command.addAll(List.of("-c", setting)));
        return Child.start("PostgreSQL", command, Map.of(), installation.log("postgresql"));
    }

    @Override
    Child launch() throws IOException {
        return launch(installation, settings, port);
    }

    @Override
    boolean answers() {
        try (Connection connection = new Addresses(uri, uri).openPostgres()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    public Path dataFolder() {
        return installation.postgresqlData();
    }

    /** Straight to it, past any link. */
    public URI uri() {
        return uri;
    }
}
