package dev.counterfoil.gateway.settings;

import java.util.Optional;

/** The PostgreSQL that holds catalog and books; without {@code uri} the embedded one is started. */
public record PostgresSettings(Optional<Secret> uri, int poolSize) {
    public PostgresSettings {
        Bounds.uri("postgres.uri", uri, "postgresql://", "postgres://");
        Bounds.between("postgres.pool-size", poolSize, 2, 100);
    }

    public static PostgresSettings defaults() {
        return new PostgresSettings(Optional.empty(), 8);
    }
}
