package dev.counterfoil.gateway.settings;

import dev.counterfoil.ledger.access.AddressRange;
import java.time.Duration;
import java.util.List;

/**
 * Where and how the gateway listens.
 *
 * @param trustedProxies whose {@code X-Forwarded-For} is believed
 * @param docs whether the try-it page is served at {@code /docs}
 */
public record HttpSettings(
        int port,
        String host,
        int eventLoops,
        int maxBodyBytes,
        Duration idleTimeout,
        Duration stopTimeout,
        List<AddressRange> trustedProxies,
        boolean docs) {
    public HttpSettings {
        Bounds.between("http.port", port, 0, 65_535);
        Bounds.text("http.host", host);
        Bounds.between("http.event-loops", eventLoops, 0, 256);
        Bounds.between("http.max-body-bytes", maxBodyBytes, 1_024, 16_777_216);
        Bounds.between("http.idle-timeout", idleTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
        Bounds.between("http.stop-timeout", stopTimeout, Duration.ZERO, Duration.ofMinutes(5));
        trustedProxies = List.copyOf(trustedProxies);
        Bounds.size("http.trusted-proxies", trustedProxies.size(), 64);
    }

    public static HttpSettings defaults() {
        return new HttpSettings(
                8_080, "0.0.0.0", 0, 65_536, Duration.ofSeconds(60), Duration.ofSeconds(10), List.of(), true);
    }
}
