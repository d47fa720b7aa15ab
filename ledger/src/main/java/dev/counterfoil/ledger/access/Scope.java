package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.InvalidField;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a key may do. */
public enum Scope {
    REDEEM("redeem"),
    LOOKUP("lookup"),
    ACTIVATE("activate"),
    REVERSE("reverse"),
    ISSUE("issue"),
    CATALOG("catalog"),
    CATALOG_READ("catalog:read"),
    ADJUST("adjust"),
    READ("read"),
    CODES_REVEAL("codes:reveal"),
    ADMIN("admin");

    private final String token;

    Scope(String token) {
        this.token = token;
    }

    /** The name in the API, Redis and the tables. */
    public String token() {
        return token;
    }

    /** The scope so named, else {@link InvalidField} at {@code /scopes}. */
    public static Scope of(String token) {
        return find(token)
                .orElseThrow(() -> new InvalidField(
                        "/scopes",
                        "\"" + token + "\" (expected: "
                                + Arrays.stream(values()).map(Scope::token).collect(Collectors.joining(", ")) + ")"));
    }

    static Optional<Scope> find(String token) {
        return Arrays.stream(values())
                .filter(scope -> scope.token.equals(token))
                .findFirst();
    }

    /** Whether a key that stands in a public page or app may have it. */
    boolean isPublishable() {
        return this == REDEEM || this == LOOKUP || this == CATALOG_READ;
    }
}
