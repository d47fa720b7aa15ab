package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.rates.Rate;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key, without its secret and without its hash.
 *
 * @param id not secret; stands in the key's text and in logs
 * @param issuer tenant of its client
 * @param programs which it may use; null: all of its issuer
 * @param expiresAt exclusive; null: never
 * @param revokedAt null: not revoked
 * @param version of the list of keys at its last change
 * @param lineage id of the first key of the rotations that this one came of, or of the key with ceilings that made it; its own where
 *     there is none. Ceilings count by it, so that neither rotating a key nor making others gives it a second allowance
 * @param terms on which it may be used
 */
public record ApiKey(
        String id,
        String client,
        String issuer,
        KeyKind kind,
        Set<Scope> scopes,
        @Nullable Set<String> programs,
        String name,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        long version,
        String lineage,
        KeyTerms terms) {
    public ApiKey {
        scopes = KeyDraft.checked(kind, scopes);
        terms.requireFit(kind);
        programs = programs == null ? null : KeyDraft.checked(programs);
    }

    /** How often it may be used; null: as the gateways' settings say for its kind. */
    public @Nullable Rate rate() {
        return terms.rate();
    }

    public boolean has(Scope scope) {
        return scopes.contains(scope);
    }

    /** Whether the program is its issuer's and one of those it is for. To others a program must look as if it did not exist. */
    public boolean reaches(Program program) {
        return program.issuer().equals(issuer) && (programs == null || programs.contains(program.id()));
    }

    /** Whether {@code other} is its issuer's and for no program that it is not for itself. To others a key must look as if it did not exist. */
    public boolean oversees(ApiKey other) {
        return other.issuer.equals(issuer)
                && (programs == null || (other.programs != null && programs.containsAll(other.programs)));
    }

    /** Whether it is neither revoked nor expired at {@code moment}. */
    public boolean isValidAt(Instant moment) {
        return revokedAt == null && (expiresAt == null || moment.isBefore(expiresAt));
    }

    /** The same, revoked at {@code moment} unless it was before. */
    ApiKey revoked(Instant moment) {
        return revokedAt != null ? this : with(name, expiresAt, moment, terms);
    }

    /** The same, ending at {@code moment} unless it ends before. */
    ApiKey endingAt(Instant moment) {
        return expiresAt != null && expiresAt.isBefore(moment) ? this : with(name, moment, revokedAt, terms);
    }

    /** The same with what may change of it. */
    ApiKey with(String called, @Nullable Instant expires, @Nullable Instant revoked, KeyTerms others) {
        return new ApiKey(
                id, client, issuer, kind, scopes, programs, called, createdAt, expires, revoked, version, lineage,
                others);
    }
}
