package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.InvalidField;
import java.util.Locale;

/** What a client signs with a key. A key is for one use only, so that what is signed for one cannot serve the other. */
public enum SigningUse {
    /** Tokens that say whose account a page acts for. */
    ACCOUNT_TOKEN,
    /** Whole requests (RFC 9421). */
    REQUEST;

    /** The name in the API, Redis and the tables. */
    public String token() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The use so named, else {@link InvalidField} at {@code /use}. */
    public static SigningUse of(String token) {
        for (SigningUse use : values()) {
            if (use.token().equals(token)) {
                return use;
            }
        }
        throw new InvalidField("/use", "\"" + token + "\" (expected: account_token or request)");
    }
}
