package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.InvalidField;
import java.util.Locale;

/** Where a key may stand: {@code SECRET} on a server only, {@code PUBLISHABLE} in a public page or app. */
public enum KeyKind {
    SECRET("cf_sk_"),
    PUBLISHABLE("cf_pk_");

    private final String token = name().toLowerCase(Locale.ROOT);
    private final String prefix;

    KeyKind(String prefix) {
        this.prefix = prefix;
    }

    /** The name in the API, Redis and the tables. */
    public String token() {
        return token;
    }

    /** What the text of such a key begins with. */
    String prefix() {
        return prefix;
    }

    /** The kind so named, else {@link InvalidField} at {@code /kind}. */
    public static KeyKind of(String token) {
        for (KeyKind kind : values()) {
            if (kind.token.equals(token)) {
                return kind;
            }
        }
        throw new InvalidField("/kind", "\"" + token + "\" (expected: secret or publishable)");
    }
}
