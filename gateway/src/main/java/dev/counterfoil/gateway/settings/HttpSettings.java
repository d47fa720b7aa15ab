package dev.counterfoil.gateway.settings;

import dev.counterfoil.ledger.access.AddressRange;
import java.time.Duration;
import java.util.List;

/**
 * Where and how the gateway listens.
 *
 * @param idleTimeout of a connection on which nothing moves, also while its request waits; longer than the request deadline
 * @param drainDelay between turning not ready and accepting nothing new
 * @param trustedProxies whose {@code X-Forwarded-For} is believed
 * @param docs whether the try-it page is served at {@code /docs}
 * @param metricsPort 0: metrics are served on {@code port}
 */
public record HttpSettings(
        int port,
        String host,
        int eventLoops,
        int maxBodyBytes,
        Duration idleTimeout,
        Duration stopTimeout,
        Duration drainDelay,
        List<AddressRange> trustedProxies,
        boolean docs,
        int metricsPort,
        String metricsHost,
        TlsSettings tls,
        EdgeBounds bounds) {
    public HttpSettings {
        Bounds.between("http.port", port, 0, 65_535);
        Bounds.text("http.host", host);
        Bounds.between("http.event-loops", eventLoops, 0, 256);
        Bounds.between("http.max-body-bytes", maxBodyBytes, 1_024, 16_777_216);
        Bounds.between("http.idle-timeout", idleTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
        Bounds.between("http.stop-timeout", stopTimeout, Duration.ZERO, Duration.ofMinutes(5));
        Bounds.between("http.drain-delay", drainDelay, Duration.ZERO, Duration.ofMinutes(5));
        Bounds.between("http.metrics-port", metricsPort, 0, 65_535);
        Bounds.text("http.metrics-host", metricsHost);
        // Netty counts from the last byte that moved, the deadline is looked at now and then: what waits must not be
        // cut first.
        Bounds.atLeast(
                "http.idle-timeout",
                idleTimeout,
                "http.bounds.request-deadline + 1s",
                bounds.requestDeadline().plusSeconds(1));
        trustedProxies = List.copyOf(trustedProxies);
        Bounds.size("http.trusted-proxies", trustedProxies.size(), 64);
    }

    /** Plain HTTP on one port, with the default bounds. */
    public HttpSettings(
            int port,
            String host,
            int eventLoops,
            int maxBodyBytes,
            Duration idleTimeout,
            Duration stopTimeout,
            List<AddressRange> trustedProxies,
            boolean docs) {
        this(
                port,
                host,
                eventLoops,
                maxBodyBytes,
                idleTimeout,
                stopTimeout,
                Duration.ZERO,
                trustedProxies,
                docs,
                0,
                "127.0.0.1",
                TlsSettings.defaults(),
                EdgeBounds.defaults());
    }

    public static HttpSettings defaults() {
        return new HttpSettings(
                8_080, "0.0.0.0", 0, 65_536, Duration.ofSeconds(60), Duration.ofSeconds(10), List.of(), true);
    }
}
