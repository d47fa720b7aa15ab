package dev.counterfoil.ledger.secrets;

import org.jspecify.annotations.Nullable;

/**
 * The 16-byte keyed hashes under which a request is remembered: what the client called it, and what it asked. Keyed by the
 * oldest pepper, so they stay the same when a pepper is added. Safe to share between threads.
 */
public final class RequestHash {
    private final KeyedHash keys;
    private final KeyedHash fingerprints;

    public RequestHash(Pepper pepper) {
        this.keys = pepper.oldest().derive("counterfoil/idempotency-key/v1");
        this.fingerprints = pepper.oldest().derive("counterfoil/request-fingerprint/v1");
    }

    /**
     * Names the record of an idempotency key.
     *
     * @param card the ledger id of the card for publishable keys, which many holders share; null otherwise
     */
    public byte[] idempotency(String client, @Nullable String card, String idempotencyKey) {
        return keys.of(client, card == null ? "" : card, idempotencyKey);
    }

    /**
     * What was asked, to tell a retry from another request under the same key.
     *
     * @param request the parsed request in a canonical form, with the card's id in place of its secret; never prices or legs
     */
    public byte[] fingerprint(String request) {
        return fingerprints.of(request);
    }
}
