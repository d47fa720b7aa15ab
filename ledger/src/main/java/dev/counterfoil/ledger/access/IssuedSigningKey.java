package dev.counterfoil.ledger.access;

import org.jspecify.annotations.Nullable;

/**
 * A signing key just made.
 *
 * @param secret base64url of 32 random bytes, to be shown once; null where the client has a key pair
 */
public record IssuedSigningKey(SigningKey key, @Nullable String secret) {
    @Override
    public String toString() {
        return "IssuedSigningKey[" + key + ", secret masked]";
    }
}
