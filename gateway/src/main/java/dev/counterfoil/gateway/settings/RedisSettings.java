package dev.counterfoil.gateway.settings;

import java.time.Duration;
import java.util.Optional;

/** The Redis that holds the cells, one server or a cluster; without {@code uri} the embedded one is started. */
public record RedisSettings(Optional<Secret> uri, Duration commandTimeout, Duration connectTimeout) {
    public RedisSettings {
        Bounds.uri("redis.uri", uri, "redis://", "rediss://");
        if (uri.isPresent() && uri.get().reveal().matches(".*,[^/?]*/[1-9].*")) {
            throw new SettingsException(
                    "redis.uri: (hidden) (expected: no database behind several hosts; a cluster has only 0)");
        }
        Bounds.between("redis.command-timeout", commandTimeout, Duration.ofMillis(50), Duration.ofMinutes(1));
        Bounds.between("redis.connect-timeout", connectTimeout, Duration.ofMillis(500), Duration.ofMinutes(1));
    }

    public static RedisSettings defaults() {
        return new RedisSettings(Optional.empty(), Duration.ofSeconds(2), Duration.ofSeconds(5));
    }
}
