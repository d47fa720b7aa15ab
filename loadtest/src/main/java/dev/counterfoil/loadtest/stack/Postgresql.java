package dev.counterfoil.loadtest.stack;

import dev.counterfoil.loadtest.auditor.Addresses;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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

    private final Installation installation;
    private final int port;
    private final URI uri;

    private Postgresql(Installation installation, int port, URI uri, Child process) {
        super("PostgreSQL", process);
        this.installation = installation;
        this.port = port;
        this.uri = uri;
    }

    public static Postgresql start(Installation installation) throws IOException, InterruptedException {
        int port = FreePort.choose();
        URI uri = uri(installation, port);
        Postgresql postgresql = new Postgresql(installation, port, uri, launch(installation, port));
        postgresql.awaitReady();
        return postgresql;
    }

    /** The product's role and database through {@code port}. */
    public static URI uri(Installation installation, int port) throws IOException {
        return URI.create("postgresql://counterfoil:" + installation.kept("postgresql.password") + "@" + FreePort.HOST
                + ":" + port + "/counterfoil");
    }

    private static Child launch(Installation installation, int port) throws IOException {
        List<String> command = new ArrayList<>(installation.postgresql("postgres"));
        command.addAll(List.of("-D", installation.data().resolve("postgres").toString(), "-c", "port=" + port));
        SETTINGS.forEach(setting -> command.addAll(List.of("-c", setting)));
        return Child.start("PostgreSQL", command, Map.of(), installation.log("postgresql"));
    }

    @Override
    Child launch() throws IOException {
        return launch(installation, port);
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
        return installation.data().resolve("postgres");
    }

    /** Straight to it, past any link. */
    public URI uri() {
        return uri;
    }
}
