package dev.counterfoil.gateway.signatures;

import io.vertx.core.Future;
import java.time.Duration;

/** Remembers which nonces were used, for all gateways together. */
public interface SeenNonces {
    /**
     * Whether the nonce is used for the first time with the key; from now on it is not, for at least {@code validFor}. Fails with
     * {@code LedgerFault.Unavailable} when that cannot be told. Completes on the caller's context.
     */
    Future<Boolean> firstUse(String keyId, String nonce, Duration validFor);
}
