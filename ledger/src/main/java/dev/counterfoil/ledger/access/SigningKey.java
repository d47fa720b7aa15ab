package dev.counterfoil.ledger.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key that a client signs with, without its secret.
 *
 * @param id not secret: {@code sig_…}; what a signature names as its {@code kid} or {@code keyid}
 * @param issuer tenant of its client
 * @param publicKey in PEM; null where the secret is shared
 * @param expiresAt exclusive; null: never
 * @param revokedAt null: not revoked
 * @param version of the list of signing keys at its last change
 */
public record SigningKey(
        String id,
        String client,
        String issuer,
        SigningUse use,
        SigningAlgorithm algorithm,
        @Nullable String publicKey,
        String name,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        long version) {
    /** What every signing key's id begins with. */
    public static final String PREFIX = "sig_";

    /** Whether it is neither revoked nor expired at {@code moment}. */
    public boolean isValidAt(Instant moment) {
        return revokedAt == null && (expiresAt == null || moment.isBefore(expiresAt));
    }
}
