package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Fields;
import dev.counterfoil.ledger.catalog.InvalidField;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A signing key as it is asked for.
 *
 * @param client id of who will sign
 * @param publicKey in PEM, of the kind that the algorithm asks for; null where the secret is shared
 * @param expiresAt exclusive; null: never
 */
public record SigningKeyDraft(
        String client,
        SigningUse use,
        SigningAlgorithm algorithm,
        @Nullable String publicKey,
        String name,
        @Nullable Instant expiresAt) {
    public SigningKeyDraft {
        name = Fields.name("/name", name);
        if (algorithm == SigningAlgorithm.ES256 && use != SigningUse.ACCOUNT_TOKEN) {
            throw new InvalidField("/algorithm", "\"es256\" (expected, for requests: hmac-sha256 or ed25519)");
        }
        if (algorithm.isShared()) {
            if (publicKey != null) {
                throw new InvalidField("/public_key", "there (expected: none, the secret of hmac-sha256 is made here)");
            }
        } else if (publicKey == null) {
            throw new InvalidField("/public_key", "missing (expected: a public key in PEM)");
        } else {
            publicKey = PublicKeyText.pem(PublicKeyText.parse(algorithm, publicKey));
        }
    }
}
