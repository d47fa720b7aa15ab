package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.InvalidField;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Public keys as text: PEM (RFC 7468), and the base64 of the same bytes without its two lines around. */
final class PublicKeyText {
    private static final int LONGEST = 2_000;
    private static final Pattern PEM =
            Pattern.compile("\\s*-----BEGIN PUBLIC KEY-----\\s+([A-Za-z0-9+/=\\s]+?)\\s*-----END PUBLIC KEY-----\\s*");
    private static final int P256_BITS = 256;

    private PublicKeyText() {}

    /** The key in {@code pem}; {@link InvalidField} at {@code /public_key} where it is none of that algorithm. */
    static PublicKey parse(SigningAlgorithm algorithm, String pem) {
        Matcher form = PEM.matcher(pem.length() > LONGEST ? "" : pem);
        if (!form.matches()) {
            throw new InvalidField(
                    "/public_key", "expected: one public key in PEM, -----BEGIN PUBLIC KEY----- and so on");
        }
        try {
            return decode(algorithm, form.group(1).replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new InvalidField("/public_key", "expected: a public key for " + algorithm.token());
        }
    }

    /** The key of that base64; throws {@link IllegalArgumentException} where it is none of that algorithm. */
    static PublicKey decode(SigningAlgorithm algorithm, String base64) {
        X509EncodedKeySpec encoded = new X509EncodedKeySpec(Base64.getDecoder().decode(base64));
        try {
            PublicKey key = switch (algorithm) {
                case ED25519 -> KeyFactory.getInstance("Ed25519").generatePublic(encoded);
                case ES256 -> p256(KeyFactory.getInstance("EC").generatePublic(encoded));
                case HMAC_SHA256 -> throw new IllegalArgumentException("hmac-sha256 has no public key");
            };
            return key;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a public key for " + algorithm.token(), e);
        }
    }

    static String base64(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    static String pem(PublicKey key) {
        String lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(key.getEncoded());
        return "-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n";
    }

    private static PublicKey p256(PublicKey key) {
        if (!(key instanceof ECPublicKey curve)
                || curve.getParams().getOrder().bitLength() != P256_BITS
                || !String.valueOf(curve.getParams()).contains("secp256r1")) {
            throw new IllegalArgumentException("not a key on P-256");
        }
        return key;
    }
}
