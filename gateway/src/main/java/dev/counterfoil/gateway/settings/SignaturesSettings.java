package dev.counterfoil.gateway.settings;

import java.time.Duration;

/**
 * How signed requests are verified.
 *
 * @param maxAge how long after it was made a signature is accepted
 * @param maxAhead how far a signer's clock, and those of the gateways, may be off
 * @param authority host and port that callers sign; empty: as the request names them
 */
public record SignaturesSettings(Duration maxAge, Duration maxAhead, String authority) {
    public SignaturesSettings {
        Bounds.between("signatures.max-age", maxAge, Duration.ofSeconds(10), Duration.ofHours(1));
        Bounds.between("signatures.max-ahead", maxAhead, Duration.ZERO, Duration.ofMinutes(5));
        if (!authority.matches("([a-z0-9.-]{1,253}|\\[[0-9a-f:.]{2,45}])?(:[1-9][0-9]{0,4})?")
                || authority.startsWith(":")) {
            throw new SettingsException("signatures.authority: \"" + authority
                    + "\" (expected: host or host:port in lower case, as redeem.example.com)");
        }
    }

    public static SignaturesSettings defaults() {
        return new SignaturesSettings(Duration.ofMinutes(5), Duration.ofSeconds(30), "");
    }
}
