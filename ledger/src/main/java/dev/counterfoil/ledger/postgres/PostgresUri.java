package dev.counterfoil.ledger.postgres;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where PostgreSQL is: {@code postgresql://user:password@host:port/database}, optionally with {@code ?sslmode=verify-full} and
 * {@code sslrootcert=…}. Nothing this class says holds the password, not even about a malformed text.
 */
public final class PostgresUri {
    private static final int DEFAULT_PORT = 5432;
    private static final Set<String> PARAMETERS = Set.of("sslmode", "sslrootcert");

    private final String host;
    private final int port;
    private final String database;
    private final String user;
    private final String password;
    private final Map<String, String> parameters;

    private PostgresUri(URI uri) {
        String scheme = uri.getScheme();
        require("postgresql".equals(scheme) || "postgres".equals(scheme), "scheme", scheme, "postgresql");
        require(uri.getHost() != null, "host", null, "a host name or address");
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        require(path.matches("/[^/]+"), "database", path, "/name");
        String userInfo = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        int colon = userInfo.indexOf(':');
        this.user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
        this.password = colon < 0 ? "" : decode(userInfo.substring(colon + 1));
        require(!user.isEmpty(), "user", "", "postgresql://user:password@host:port/database");
        this.host = uri.getHost();
        this.port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        this.database = path.substring(1);
        this.parameters = parameters(uri.getRawQuery());
    }

    /**
     * Reads a URI; user, password and parameters may be percent-encoded.
     *
     * @throws IllegalArgumentException naming the part that is wrong, never the password
     */
    public static PostgresUri of(String text) {
        try {
            return new PostgresUri(new URI(text));
        } catch (URISyntaxException e) {
            // The cause is dropped: its message quotes the text, and with it the password.
            throw new IllegalArgumentException("postgres.uri: malformed near character " + e.getIndex()
                    + " (expected: postgresql://user:password@host:port/database,"
                    + " special characters percent-encoded)");
        }
    }

    String jdbcUrl() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    /** Further connection parameters, by their pgjdbc name. */
    Map<String, String> parameters() {
        return parameters;
    }

    @Override
    public String toString() {
        return "postgresql://" + host + ":" + port + "/" + database;
    }

    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> parameters = new TreeMap<>();
        if (query == null || query.isEmpty()) {
            return parameters;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            require(PARAMETERS.contains(name) && equals > 0, "parameter", name, "sslmode=… or sslrootcert=…");
            parameters.put(name, decode(pair.substring(equals + 1)));
        }
        return parameters;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static void require(boolean met, String part, @Nullable String value, String expected) {
        if (!met) {
            throw new IllegalArgumentException("postgres.uri " + part + ": " + value + " (expected: " + expected + ")");
        }
    }
}
