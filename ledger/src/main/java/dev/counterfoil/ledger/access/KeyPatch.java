package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Fields;
import dev.counterfoil.ledger.catalog.InvalidField;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What of a key is to change.
 *
 * @param name null: stays
 * @param expiresAt earlier than it is, or where it is never; null: stays
 * @param terms makes the new terms of the old
 */
public record KeyPatch(@Nullable String name, @Nullable Instant expiresAt, UnaryOperator<KeyTerms> terms) {
    public KeyPatch {
        name = name == null ? null : Fields.name("/name", name);
    }

    /** The key as it becomes; {@link InvalidField} where it must not become that. */
    ApiKey onto(ApiKey key) {
        Instant now = key.expiresAt();
        if (expiresAt != null && now != null && expiresAt.isAfter(now)) {
            throw new InvalidField(
                    "/expires_at",
                    expiresAt + " (expected: not later than " + now + "; rotate the key to use it longer)");
        }
        return key.with(
                name == null ? key.name() : name,
                expiresAt == null ? now : expiresAt,
                key.revokedAt(),
                terms.apply(key.terms()));
    }
}
