package dev.counterfoil.gateway.signatures;

import dev.counterfoil.ledger.access.VerifyingKey;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import javax.crypto.Mac;

/** Whether a signature is one of a key, by the key's own algorithm. */
final class SignatureCheck {
    private static final int ED25519_BYTES = 64;

    private SignatureCheck() {}

    static boolean verifies(VerifyingKey key, byte[] base, byte[] signature) {
        try {
            return switch (key.key().algorithm()) {
                case HMAC_SHA256 -> hmac(key, base, signature);
                case ED25519 -> ed25519(key, base, signature);
                // Of account tokens only.
                case ES256 -> false;
            };
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("signing key " + key.key().id() + " is not for its algorithm", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "this JDK lacks " + key.key().algorithm().token(), e);
        }
    }

    private static boolean hmac(VerifyingKey key, byte[] base, byte[] signature) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key.material());
        return MessageDigest.isEqual(mac.doFinal(base), signature);
    }

    private static boolean ed25519(VerifyingKey key, byte[] base, byte[] signature) throws GeneralSecurityException {
        if (signature.length != ED25519_BYTES) {
            return false;
        }
        Signature verifying = Signature.getInstance("Ed25519");
        verifying.initVerify((PublicKey) key.material());
        verifying.update(base);
        try {
            return verifying.verify(signature);
        } catch (SignatureException e) {
            // Not an encoding of two numbers in range.
            return false;
        }
    }
}
