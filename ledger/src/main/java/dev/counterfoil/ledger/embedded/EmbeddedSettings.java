package dev.counterfoil.ledger.embedded;

/**
 * Which servers are embedded, and how.
 *
 * @param redis whether Redis is
 * @param redisPort on 127.0.0.1, 0 for a free one, up to 65535
 * @param redisMaxmemoryBytes above which Redis refuses writes, 0 for no such limit
 * @param postgresql whether PostgreSQL is
 * @param postgresqlPort on 127.0.0.1, 0 for a free one, up to 65535
 */
public record EmbeddedSettings(
        boolean redis, int redisPort, long redisMaxmemoryBytes, boolean postgresql, int postgresqlPort) {
    /** Both, on free ports. */
    public static final EmbeddedSettings DEFAULT = new EmbeddedSettings(true, 0, 0, true, 0);

    public EmbeddedSettings {
        requirePort("redisPort", redisPort);
        requirePort("postgresqlPort", postgresqlPort);
        if (redisMaxmemoryBytes < 0) {
            throw new IllegalArgumentException(
                    "redisMaxmemoryBytes: " + redisMaxmemoryBytes + " (expected: 0 or more)");
        }
    }

    private static void requirePort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + ": " + port + " (expected: 0..65535)");
        }
    }
}
