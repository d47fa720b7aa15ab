package dev.counterfoil.gateway.signatures;

import dev.counterfoil.gateway.signatures.SignatureRefused.Reason;
import dev.counterfoil.ledger.access.SigningAlgorithm;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a signature says of itself (RFC 9421, 2.3).
 *
 * @param createdSeconds since the epoch
 * @param expiresSeconds likewise, exclusive; null: as long as this gateway accepts any
 * @param nonce used once with the key
 */
record SignatureParameters(long createdSeconds, @Nullable Long expiresSeconds, String nonce) {
    static final String KEY_ID = "keyid";

    private static final Set<String> KNOWN = Set.of("created", "expires", "nonce", "alg", KEY_ID, "tag");
    private static final Pattern NONCE = Pattern.compile("[!-~]{8,128}");

    /**
     * @throws SignatureRefused where one is missing, unknown or of another form, or the algorithm is not the key's: a caller never
     *     chooses how its signature is verified
     */
    static SignatureParameters of(Map<String, Object> parameters, SigningAlgorithm algorithm) {
        for (String name : parameters.keySet()) {
            if (!KNOWN.contains(name)) {
                throw refused(name + " is not known (expected: created, expires, nonce, alg, keyid, tag)");
            }
        }
        if (parameters.containsKey("alg") && !algorithm.token().equals(parameters.get("alg"))) {
            throw new SignatureRefused(
                    Reason.ALGORITHM,
                    "Signature-Input: alg is not that of the signing key (expected: \"" + algorithm.token()
                            + "\", or none)");
        }
        if (!(parameters.get("created") instanceof Long created) || created < 0) {
            throw refused("created: expected seconds since 1970");
        }
        Object expires = parameters.get("expires");
        if (expires != null && (!(expires instanceof Long seconds) || seconds < created)) {
            throw refused("expires: expected seconds since 1970, not before created");
        }
        if (!(parameters.get("nonce") instanceof String nonce)
                || !NONCE.matcher(nonce).matches()) {
            throw refused("nonce: expected 8 to 128 visible ASCII characters in quotes, others with each request");
        }
        if (parameters.containsKey("tag") && !(parameters.get("tag") instanceof String)) {
            throw refused("tag: expected a text in quotes");
        }
        return new SignatureParameters(created, (Long) expires, nonce);
    }

    /** Components and parameters as one member of {@code Signature-Input}, in their order, canonical (RFC 8941, 4.1). */
    static String serialised(List<String> components, Map<String, Object> parameters) {
        StringBuilder text = new StringBuilder(256);
        text.append(components.stream().map(SignatureParameters::quoted).collect(Collectors.joining(" ", "(", ")")));
        parameters.forEach((name, value) -> text.append(';')
                .append(name)
                .append('=')
                .append(value instanceof String string ? quoted(string) : value.toString()));
        return text.toString();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static SignatureRefused refused(String detail) {
        return new SignatureRefused(Reason.PARAMETERS, "Signature-Input: " + detail);
    }
}
