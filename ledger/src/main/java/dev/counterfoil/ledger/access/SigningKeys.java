package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.secrets.CodeCipher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.security.Key;
import java.time.Clock;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/**
 * A gateway's own copy of every signing key, read from Redis alone, with secrets opened. A change is known {@link Keys#POLL} and
 * a round trip later. A key whose secret was sealed with a code key that is not listed any more is logged and refused.
 * Thread-safe.
 */
public final class SigningKeys {
    private final ListCopy<VerifyingKey> copy;
    private final Clock clock;

    public SigningKeys(RedisConnection redis, CodeCipher cipher, Clock clock) {
        this.copy = new ListCopy<>(
                new PublishedList(redis, RedisKeys.SIGNING_KEYS, RedisKeys.SIGNING_KEYS_VERSION),
                "signing key",
                json -> opened(json, cipher));
        this.clock = clock;
    }

    /** The key {@code id} where it is {@code client}'s, for {@code use}, and neither revoked nor expired. Never blocks. */
    public Optional<VerifyingKey> find(String client, String id, SigningUse use) {
        return copy.get(id)
                .filter(found -> found.key().client().equals(client)
                        && found.key().use() == use
                        && found.key().isValidAt(clock.instant()));
    }

    /** Reads the keys anew if any has changed since the last time. Completes on the caller's Vert.x context. */
    public Future<Void> load() {
        return copy.load();
    }

    /** Looks for changes every {@link Keys#POLL} until the result is closed. */
    public Recurring start(Vertx vertx) {
        return Recurring.start(vertx, "reading signing keys", Keys.POLL, this::load);
    }

    private static VerifyingKey opened(JsonObject json, CodeCipher cipher) {
        StoredSigningKey stored = StoredSigningKey.of(json);
        SigningKey key = stored.key();
        return new VerifyingKey(key, material(stored, cipher));
    }

    private static Key material(StoredSigningKey stored, CodeCipher cipher) {
        SigningKey key = stored.key();
        String sealed = stored.sealed();
        String publicKey = key.publicKey();
        if (sealed != null) {
            return new SecretKeySpec(cipher.open(StoredSigningKey.boundTo(key.id()), sealed), "HmacSHA256");
        }
        if (publicKey == null) {
            throw new IllegalArgumentException(
                    "signing key " + key.id() + ": neither a public key nor a sealed secret");
        }
        return PublicKeyText.parse(key.algorithm(), publicKey);
    }
}
