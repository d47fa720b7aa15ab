package dev.counterfoil.ledger.access;

import java.security.Key;

/**
 * A signing key with what a signature is verified with.
 *
 * @param material the secret for {@code Mac} ({@code HmacSHA256}), or the public key for {@code Signature}
 */
public record VerifyingKey(SigningKey key, Key material) {
    @Override
    public String toString() {
        return "VerifyingKey[" + key.id() + ", material masked]";
    }
}
