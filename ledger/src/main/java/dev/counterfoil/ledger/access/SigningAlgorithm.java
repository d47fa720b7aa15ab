package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.InvalidField;

/** How a client signs. */
public enum SigningAlgorithm {
    /** With a secret of 256 bits that is made here and shown once. */
    HMAC_SHA256("hmac-sha256"),
    /** With a key pair of the client, whose public half is given. */
    ED25519("ed25519"),
    /** ECDSA over P-256 with SHA-256, likewise; for account tokens only. */
    ES256("es256");

    private final String token;

    SigningAlgorithm(String token) {
        this.token = token;
    }

    /** The name in the API, Redis and the tables. */
    public String token() {
        return token;
    }

    /** Whether both sides hold the same secret. */
    public boolean isShared() {
        return this == HMAC_SHA256;
    }

    /** The algorithm so named, else {@link InvalidField} at {@code /algorithm}. */
    public static SigningAlgorithm of(String token) {
        for (SigningAlgorithm algorithm : values()) {
            if (algorithm.token.equals(token)) {
                return algorithm;
            }
        }
        throw new InvalidField("/algorithm", "\"" + token + "\" (expected: hmac-sha256, ed25519 or es256)");
    }
}
