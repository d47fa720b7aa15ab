package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Fields;
import dev.counterfoil.ledger.catalog.InvalidField;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A key as it is asked for.
 *
 * @param client id of who will hold it
 * @param scopes at least one; a publishable key has only redeem, lookup, catalog:read
 * @param programs which it may use, of its client's issuer; null: all
 * @param expiresAt exclusive; null: never
 * @param terms on which it may be used
 */
public record KeyDraft(
        String client,
        KeyKind kind,
        Set<Scope> scopes,
        @Nullable Set<String> programs,
        String name,
        @Nullable Instant expiresAt,
        KeyTerms terms) {
    public KeyDraft {
        scopes = checked(kind, scopes);
        programs = programs == null ? null : checked(programs);
        name = Fields.name("/name", name);
        terms.requireFit(kind);
    }

    static Set<Scope> checked(KeyKind kind, Set<Scope> scopes) {
        if (scopes.isEmpty()) {
            throw new InvalidField("/scopes", "none (expected: at least one)");
        }
        for (Scope scope : scopes) {
            if (kind == KeyKind.PUBLISHABLE && !scope.isPublishable()) {
                throw new InvalidField(
                        "/scopes",
                        "\"" + scope.token() + "\" (expected, for a publishable key: redeem, lookup, catalog:read)");
            }
        }
        return Collections.unmodifiableSet(EnumSet.copyOf(scopes));
    }

    static Set<String> checked(Set<String> programs) {
        if (programs.isEmpty()) {
            throw new InvalidField("/programs", "none (expected: at least one, or none of the field for all)");
        }
        programs.forEach(program -> Fields.slug("/programs", program));
        return Collections.unmodifiableSet(new TreeSet<>(programs));
    }
}
