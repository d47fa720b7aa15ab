package dev.counterfoil.ledger.access;

import java.util.Locale;

/** What became of a text that was presented as a key. */
public sealed interface KeyCheck {
    /** It is the text of a valid key. */
    record Accepted(ApiKey key) implements KeyCheck {}

    /** It is not. Whoever presented it is told nothing of the reason. */
    enum Refused implements KeyCheck {
        /** No key's text. */
        MALFORMED,
        /** No such key, or not its secret. */
        UNKNOWN,
        REVOKED,
        EXPIRED,
        /** A valid key's, from where it may not be used. */
        ADDRESS;

        /** The name in metrics. */
        public String token() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
