package dev.counterfoil.ledger.catalog;

import java.util.Locale;

/** What an item is: counted goods, digital codes out of a pool, or a service. */
public enum ItemKind {
    GOODS,
    CODE,
    SERVICE;

    private final String token = name().toLowerCase(Locale.ROOT);

    /** The name in the API, Redis and the tables. */
    public String token() {
        return token;
    }

    /** The kind so named, else {@link InvalidField} at {@code /kind}. */
    public static ItemKind of(String token) {
        for (ItemKind kind : values()) {
            if (kind.token.equals(token)) {
                return kind;
            }
        }
        throw new InvalidField("/kind", "\"" + token + "\" (expected: goods, code or service)");
    }
}
