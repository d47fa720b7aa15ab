package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.secrets.RequestHash;
import org.jspecify.annotations.Nullable;

/** The record of a request that moves value: its Idempotency-Key, hashed, and what it asked for, hashed. */
final class Keys {
    private Keys() {}

    /** @param canonical the parsed request in one fixed form */
    static IdempotencyKey of(Call call, Backend backend, String canonical) {
        return of(call, backend, null, canonical);
    }

    /** @param card id of the card, for publishable keys, which many holders share; null for secret ones */
    static IdempotencyKey of(Call call, Backend backend, @Nullable String card, String canonical) {
        RequestHash hash = backend.hash();
        String client = call.key().client();
        return new IdempotencyKey(
                client,
                hash.idempotency(client, card, call.idempotencyKey()),
                hash.fingerprint(canonical),
                call.durability().or(backend.durability()),
                call.deadline());
    }
}
