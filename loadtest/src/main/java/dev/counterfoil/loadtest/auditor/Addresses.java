package dev.counterfoil.loadtest.auditor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis and PostgreSQL are: system properties {@code redis} and {@code postgres}, else the environment of the
 * gateway ({@code COUNTERFOIL_REDIS_URI}, {@code COUNTERFOIL_POSTGRES_URI}), else {@code servers.json} in the data folder
 * of a gateway that runs with embedded servers.
 */
public record Addresses(URI redis, URI postgres) {
    private static final String CONNECT_TIMEOUT_SECONDS = "5";

    static Addresses find() throws IOException {
        JsonNode servers = servers(dataFolder());
        return of(
                first(
                        "redis",
                        "COUNTERFOIL_REDIS_URI",
                        servers.path("redis_uri").textValue()),
                first(
                        "postgres",
                        "COUNTERFOIL_POSTGRES_URI",
                        servers.path("postgres_uri").textValue()));
    }

    /** The embedded servers of the gateway that runs on {@code dataFolder}. */
    public static Addresses embedded(Path dataFolder) throws IOException {
        JsonNode servers = servers(dataFolder);
        return of(
                servers.path("redis_uri").textValue(),
                servers.path("postgres_uri").textValue());
    }

    private static Addresses of(@Nullable String redis, @Nullable String postgres) throws IOException {
        if (redis == null || postgres == null) {
            throw new IOException("no address of " + (redis == null ? "Redis" : "PostgreSQL")
                    + ": start the gateway, name its data folder with -Ddata=, or give -Dredis= and -Dpostgres=");
        }
        return new Addresses(URI.create(redis), URI.create(postgres.replaceFirst("^jdbc:", "")));
    }

    /** System property {@code data}, else {@code COUNTERFOIL_DATA_DIR}, else the nearest {@code data} upwards. */
    public static Path dataFolder() {
        String named = first("data", "COUNTERFOIL_DATA_DIR", null);
        if (named != null) {
            return Path.of(named);
        }
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("data").resolve("demo.env"))
                    || Files.isRegularFile(folder.resolve("data").resolve("servers.json"))) {
                return folder.resolve("data");
            }
        }
        return here.resolve("data");
    }

    /** A connection that reads one snapshot. */
    public Connection openPostgres() throws SQLException {
        Properties properties = new Properties();
        String user = postgres.getRawUserInfo();
        if (user != null) {
            int colon = user.indexOf(':');
            properties.setProperty("user", decoded(colon < 0 ? user : user.substring(0, colon)));
            if (colon >= 0) {
                properties.setProperty("password", decoded(user.substring(colon + 1)));
            }
        }
        properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        properties.setProperty("ApplicationName", "counterfoil-auditor");
        String query = postgres.getRawQuery() == null ? "" : "?" + postgres.getRawQuery();
        String port = postgres.getPort() < 0 ? "" : ":" + postgres.getPort();
        return DriverManager.getConnection(
                "jdbc:postgresql://" + postgres.getHost() + port + postgres.getPath() + query, properties);
    }

    private static JsonNode servers(Path dataFolder) throws IOException {
        Path file = dataFolder.resolve("servers.json");
        ObjectMapper json = new ObjectMapper();
        return Files.isReadable(file) ? json.readTree(Files.readAllBytes(file)) : json.createObjectNode();
    }

    private static @Nullable String first(String property, String variable, @Nullable String otherwise) {
        String set = System.getProperty(property);
        if (set == null || set.isBlank()) {
            set = System.getenv(variable);
        }
        return set == null || set.isBlank() ? otherwise : set;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "Redis " + redis.getHost() + ":" + redis.getPort() + ", PostgreSQL " + postgres.getHost() + ":"
                + postgres.getPort();
    }
}
