package dev.counterfoil.ledger.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Properties;
import org.postgresql.PGConnection;

/**
 * The PostgreSQL files in the data folder, and the role and database in them.
 *
 * <p>Passwords are asked for from the first moment: initdb is given the superuser's, and no {@code trust} line is ever
 * written. The product's own role owns its database and no more.
 */
final class PostgresqlCluster {
    static final String ADMIN = "postgres";
    static final String ROLE = "counterfoil";
    static final String DATABASE = "counterfoil";
    private static final String ADMIN_PASSWORD_FILE = "postgresql-admin.password";
    private static final Duration INITDB_PATIENCE = Duration.ofMinutes(2);
    private static final String WRONG_PASSWORD = "28P01";

    private final DataDirectory data;
    private final Path folder;
    private final String adminPassword;
    private final String password;

    private PostgresqlCluster(DataDirectory data, Path folder) {
        this.data = data;
        this.folder = folder;
        this.adminPassword = HexFormat.of().formatHex(data.secret(ADMIN_PASSWORD_FILE, 24));
        this.password = HexFormat.of().formatHex(data.secret("postgresql.password", 24));
    }

    /** Makes the files on the first start: aside, then renamed into place, so that half a cluster is never taken up. */
    static PostgresqlCluster prepare(DataDirectory data, PostgresqlBinaries binaries) {
        PostgresqlCluster cluster = new PostgresqlCluster(data, data.path().resolve("postgres"));
        if (!Files.exists(cluster.folder)) {
            try {
                cluster.initialise(binaries);
            } catch (IOException e) {
                throw new EmbeddedServerException(EmbeddedPostgresql.NAME + ": initdb failed: " + e, e);
            }
        }
        return cluster;
    }

    Path folder() {
        return folder;
    }

    String uri(int port) {
        return "postgresql://" + ROLE + ":" + password + "@" + LoopbackPort.HOST + ":" + port + "/" + DATABASE;
    }

    String adminUri(int port) {
        return "postgresql://" + ADMIN + ":" + adminPassword + "@" + LoopbackPort.HOST + ":" + port + "/postgres";
    }

    /** Makes the role and the database where they are missing, and the role's password the one kept in the folder. */
    void provision(int port) {
        try (Connection admin = connect(port, ADMIN, adminPassword, "postgres");
                Statement statement = admin.createStatement()) {
            if (isEmpty(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + ROLE + "'")) {
                statement.execute("CREATE ROLE " + ROLE + " LOGIN");
            }
            // Hashed on this side: a statement with the password in it could end up in a log.
            admin.unwrap(PGConnection.class).alterUserPassword(ROLE, password.toCharArray(), "scram-sha-256");
            if (isEmpty(statement, "SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
                statement.execute("CREATE DATABASE " + DATABASE + " OWNER " + ROLE);
            }
        } catch (SQLException e) {
            if (WRONG_PASSWORD.equals(e.getSQLState())) {
                throw new EmbeddedServerException(
                        EmbeddedPostgresql.NAME + " does not take the password in "
                                + data.path().resolve(ADMIN_PASSWORD_FILE) + ": restore that file from a backup",
                        e);
            }
            throw new EmbeddedServerException(EmbeddedPostgresql.NAME + " cannot be set up: " + e.getMessage(), e);
        }
    }

    /** Whether the product's database holds no table yet. */
    boolean isBlank(int port) {
        try (Connection connection = connect(port, ROLE, password, DATABASE);
                Statement statement = connection.createStatement()) {
            return isEmpty(
                    statement,
                    "SELECT 1 FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LIMIT 1");
        } catch (SQLException e) {
            throw new EmbeddedServerException(EmbeddedPostgresql.NAME + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void initialise(PostgresqlBinaries binaries) throws IOException {
        Path next = data.path().resolve("postgres.new");
        Path output = data.folder("logs").resolve("postgresql-initdb.log");
        PostgresqlBinaries.deleteTree(next);
        // "C.UTF-8" of the builtin provider sorts by code point everywhere and for ever, whatever the machine's libc.
        List<String> command = binaries.command(
                "initdb",
                List.of(
                        "--pgdata",
                        next.toString(),
                        "--username=" + ADMIN,
                        "--pwfile=" + data.path().resolve(ADMIN_PASSWORD_FILE),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8"));
        OptionalInt code = TiedProcess.start(new TiedProcess.Launch(
                        "initdb",
                        command,
                        next.toString(),
                        data.folder("run").resolve("initdb.pid"),
                        output,
                        output,
                        "INT",
                        Duration.ofSeconds(5)))
                .await(INITDB_PATIENCE);
        if (code.isEmpty() || code.getAsInt() != 0) {
            throw new EmbeddedServerException(EmbeddedPostgresql.NAME + ": initdb failed; see " + output);
        }
        Files.move(next, folder, StandardCopyOption.ATOMIC_MOVE);
        DataDirectory.forceFolder(data.path());
    }

    private static boolean isEmpty(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return !rows.next();
        }
    }

    private static Connection connect(int port, String user, String password, String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        properties.setProperty("sslmode", "disable");
        properties.setProperty("gssEncMode", "disable");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + LoopbackPort.HOST + ":" + port + "/" + database, properties);
    }
}
