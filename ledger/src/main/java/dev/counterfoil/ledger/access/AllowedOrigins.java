package dev.counterfoil.ledger.access;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Pages that may use any key at all, by origin: until when. Made with each copy of the keys, so that asking looks up one name. */
final class AllowedOrigins {
    static final AllowedOrigins NONE = new AllowedOrigins(Map.of());

    /** Exclusive. */
    private final Map<String, Instant> until;

    private AllowedOrigins(Map<String, Instant> until) {
        this.until = until;
    }

    /** @param keys that are not revoked */
    static AllowedOrigins of(Stream<ApiKey> keys) {
        Map<String, Instant> until = new HashMap<>();
        keys.forEach(key -> {
            Instant end = key.expiresAt() == null ? Instant.MAX : key.expiresAt();
            for (String origin : key.terms().allowedOrigins()) {
                Instant unused = until.merge(origin, end, (one, other) -> one.isAfter(other) ? one : other);
            }
        });
        return new AllowedOrigins(until);
    }

    /** Whether a key that is valid at {@code now} lists {@code origin}, or any. */
    boolean allow(String origin, Instant now) {
        return now.isBefore(until.getOrDefault(origin, Instant.MIN))
                || now.isBefore(until.getOrDefault(KeyTerms.ANY_ORIGIN, Instant.MIN));
    }
}
