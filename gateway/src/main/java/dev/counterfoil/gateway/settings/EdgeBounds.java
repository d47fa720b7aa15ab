package dev.counterfoil.gateway.settings;

import java.time.Duration;

/**
 * What the edge lets callers take of it, and how long it waits for them.
 *
 * @param inFlight requests that were begun and not answered, of this gateway
 * @param connections of this gateway
 * @param connectionsPerAddress of one client address (IPv6: of its /64); trusted proxies are not held to it
 * @param requestDeadline from a request's arrival to its answer
 * @param clientTimeout how long a client may take to send a head or a body, or to take what is streamed to it
 */
public record EdgeBounds(
        int inFlight, int connections, int connectionsPerAddress, Duration requestDeadline, Duration clientTimeout) {
    public EdgeBounds {
        Bounds.between("http.bounds.in-flight", inFlight, 1, 1_000_000);
        Bounds.between("http.bounds.connections", connections, 1, 1_000_000);
        Bounds.between("http.bounds.connections-per-address", connectionsPerAddress, 1, 1_000_000);
        Bounds.between("http.bounds.request-deadline", requestDeadline, Duration.ofMillis(100), Duration.ofMinutes(10));
        Bounds.between("http.bounds.client-timeout", clientTimeout, Duration.ofMillis(100), Duration.ofMinutes(10));
    }

    public static EdgeBounds defaults() {
        return new EdgeBounds(8_192, 20_000, 2_000, Duration.ofSeconds(15), Duration.ofSeconds(10));
    }
}
