package dev.counterfoil.ledger.catalog;

import java.util.Locale;

/** Whether a program is for trying out or for trade. */
public enum Mode {
    TEST,
    LIVE;

    private final String token = name().toLowerCase(Locale.ROOT);

    /** The name in the API, Redis and the tables. */
    public String token() {
        return token;
    }

    /** The mode so named, else {@link InvalidField} at {@code /mode}. */
    public static Mode of(String token) {
        for (Mode mode : values()) {
            if (mode.token.equals(token)) {
                return mode;
            }
        }
        throw new InvalidField("/mode", "\"" + token + "\" (expected: test or live)");
    }
}
