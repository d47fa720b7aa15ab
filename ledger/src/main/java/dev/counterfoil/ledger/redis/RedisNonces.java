package dev.counterfoil.ledger.redis;

import io.lettuce.core.SetArgs;
import io.vertx.core.Future;
import java.time.Duration;

/**
 * Nonces of signatures, remembered for all gateways. Whoever asks has verified the signature, so only holders of signing keys can fill
 * it. Thread-safe.
 */
public final class RedisNonces {
    private static final byte[] USED = RedisKeys.bytes("1");

    private final RedisConnection redis;

    public RedisNonces(RedisConnection redis) {
        this.redis = redis;
    }

    /**
     * Whether the nonce is used for the first time with the signing key; from now on it is not, for {@code validFor} (at least 1 ms).
     * Fails with {@code LedgerFault.Unavailable}, whatever went wrong, also when it may have been noted: then the request was not done
     * and is to be signed anew.
     */
    public Future<Boolean> firstUse(String signingKey, String nonce, Duration validFor) {
        byte[] key = RedisKeys.bytes(RedisKeys.nonce(signingKey, nonce));
        SetArgs once = SetArgs.Builder.nx().px(validFor.toMillis());
        return redis.<String>call(key, commands -> commands.set(key, USED, once))
                .map("OK"::equals);
    }
}
