package dev.counterfoil.gateway.http;

import java.util.Optional;
import java.util.Set;

/**
 * Who calls, as the presented key tells.
 *
 * @param keyId names the key; not secret
 * @param programs to which the key is bound; empty: all of its issuer
 */
public record Caller(String keyId, String client, String issuer, Set<String> scopes, Optional<Set<String>> programs) {
    /** Whether the key may be used for {@code program}, of the same issuer. */
    boolean reaches(String program) {
        return programs.isEmpty() || programs.get().contains(program);
    }
}
