package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's own copy of every access key, read from Redis alone. A key that was revoked is refused {@link #POLL} and a round
 * trip later. While Redis is away, or has lost the keys and not got them back, the last copy stands: nothing can be moved then
 * anyway. Thread-safe.
 */
public final class Keys {
    /** How long a change of another gateway may stay unnoticed. */
    public static final Duration POLL = Duration.ofMillis(500);

    private final ListCopy<StoredKey> copy;
    private final Clock clock;

    public Keys(RedisConnection redis, Clock clock) {
        this.copy = new ListCopy<>(
                new PublishedList(redis, RedisKeys.ACCESS_KEYS, RedisKeys.ACCESS_KEYS_VERSION),
                "access key",
                StoredKey::of);
        this.clock = clock;
    }

    /**
     * The key that {@code presented} is the text of; empty for anything else: malformed, unknown, a wrong secret, revoked,
     * expired. Never blocks.
     */
    public Optional<ApiKey> authenticate(@Nullable String presented) {
        Optional<KeyText> text = KeyText.parse(presented);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        StoredKey stored = copy.get(text.get().id()).orElse(null);
        if (stored == null
                || stored.key().kind() != text.get().kind()
                || !MessageDigest.isEqual(stored.sha256(), text.get().sha256())
                || !stored.key().isValidAt(clock.instant())) {
            return Optional.empty();
        }
        return Optional.of(stored.key());
    }

    /** Reads the keys anew if any has changed since the last time. Completes on the caller's Vert.x context. */
    public Future<Void> load() {
        return copy.load();
    }

    /** Looks for changes every {@link #POLL} until the result is closed. */
    public Recurring start(Vertx vertx) {
        return Recurring.start(vertx, "reading access keys", POLL, this::load);
    }
}
