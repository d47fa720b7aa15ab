package dev.counterfoil.gateway.signatures;

import java.util.Locale;

/**
 * A signature, or its absence, that a request is refused for. The message says what is wrong with the form and holds nothing secret:
 * never a signature, neither the one that came nor the one that was expected. Without a stack trace: what a caller sent is no defect.
 */
public final class SignatureRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why, in few words that metrics may have as a label. The order is that of the checks. */
    public enum Reason {
        /** The key asks for a signature and there is none. */
        UNSIGNED,
        /** Header fields that cannot be read or are too long. */
        MALFORMED,
        /** No signature names a signing key of the client that is valid now. */
        UNKNOWN_KEY,
        /** Something that has to be covered is not, or something is that cannot be. */
        COMPONENTS,
        /** A parameter is missing, unknown or not as it has to be. */
        PARAMETERS,
        /** Another algorithm than the key's. */
        ALGORITHM,
        /** Too old, expired, or from the future. */
        TIME,
        /** It does not verify. */
        SIGNATURE,
        /** It was used before. */
        REPLAYED,
        /** The body is not the one that was signed. */
        DIGEST;

        /** The reason as a metric's label. */
        public String token() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    SignatureRefused(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** A sentence for whoever debugs the call. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
