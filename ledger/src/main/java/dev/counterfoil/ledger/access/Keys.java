package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's own copy of every access key, read from Redis alone. A key that was revoked is refused {@link #POLL} and a round
 * trip later. While Redis is away, or has lost the keys and not got them back, the last copy stands: nothing can be moved then
 * anyway. Thread-safe.
 */
public final class Keys {
    /** How long a change of another gateway may stay unnoticed. */
    public static final Duration POLL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(Keys.class);

    private final PublishedList list;
    private final Clock clock;
    private volatile Map<String, StoredKey> keys = Map.of();
    private volatile long version = -1;

    public Keys(RedisConnection redis, Clock clock) {
        this.list = new PublishedList(redis, RedisKeys.ACCESS_KEYS, RedisKeys.ACCESS_KEYS_VERSION);
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
        StoredKey stored = keys.get(text.get().id());
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
        return list.version().compose(current -> current <= version ? Future.succeededFuture() : read(current));
    }

    /** Looks for changes every {@link #POLL} until the result is closed. */
    public Recurring start(Vertx vertx) {
        return Recurring.start(vertx, "reading access keys", POLL, this::load);
    }

    /**
     * The version was read first: the entries are as new as it, or newer. It is read once more, because a Redis that is emptied
     * in between gives no entries, which would be taken for those of that version for good.
     */
    private Future<Void> read(long current) {
        return list.entries()
                .compose(entries -> list.version().map(after -> {
                    if (after >= current) {
                        take(current, entries);
                    }
                    return null;
                }));
    }

    private void take(long current, Map<String, JsonObject> entries) {
        Map<String, StoredKey> read = new HashMap<>();
        entries.forEach((id, json) -> {
            try {
                read.put(id, StoredKey.of(json));
            } catch (RuntimeException e) {
                LOG.error("access key {} cannot be read and is refused: {}", id, e.toString());
            }
        });
        keys = read;
        version = current;
    }
}
