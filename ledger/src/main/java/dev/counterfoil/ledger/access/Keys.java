package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's own copy of every access key, read from Redis. A key that was revoked is refused {@link #POLL} and a round trip
 * later, and {@link #FRESH} later at the latest: by an older copy no key is accepted until it was read again. Where Redis does not
 * answer, PostgreSQL, where there is one, is asked what was revoked since; where neither does, nobody is let in. A Redis that lost
 * the keys and answers takes none away. Thread-safe.
 */
public final class Keys implements KeyRing {
    /** How long a change of another gateway may stay unnoticed where Redis answers at once. */
    public static final Duration POLL = Duration.ofMillis(500);

    /** How old a copy may be that a key is accepted by. */
    public static final Duration FRESH = Duration.ofSeconds(1);

    /** What the secret of a key that there is not is compared with, so that it takes as long as any other. */
    private static final byte[] NOBODY = new byte[32];

    private final ListCopy<StoredKey> copy;
    private final Revocations revocations;
    private final @Nullable KeyStore store;
    private final Clock clock;
    private final AtomicReference<@Nullable CompletableFuture<Void>> reading = new AtomicReference<>();
    private volatile Set<String> revoked = Set.of();
    private volatile AllowedOrigins origins = AllowedOrigins.NONE;
    private long indexed = -1;
    private volatile long freshUntilNanos = System.nanoTime();

    /** A copy that only Redis vouches for. */
    public Keys(RedisConnection redis, Clock clock) {
        this(redis, null, clock);
    }

    /** @param store vouches for the copy while Redis does not answer; null: nobody does */
    public Keys(RedisConnection redis, @Nullable KeyStore store, Clock clock) {
        this.copy = new ListCopy<>(
                new PublishedList(redis, RedisKeys.ACCESS_KEYS, RedisKeys.ACCESS_KEYS_VERSION),
                "access key",
                StoredKey::of);
        this.revocations = new Revocations(redis);
        this.store = store;
        this.clock = clock;
    }

    @Override
    public KeyCheck check(@Nullable String presented, InetAddress address) {
        KeyCheck checked = check(presented);
        boolean elsewhere = checked instanceof KeyCheck.Accepted accepted
                && !accepted.key().terms().allow(address);
        return elsewhere ? KeyCheck.Refused.ADDRESS : checked;
    }

    /** The key that {@code presented} is the text of, wherever it is used from; empty where it is refused. */
    Optional<ApiKey> authenticate(@Nullable String presented) {
        return check(presented) instanceof KeyCheck.Accepted accepted ? Optional.of(accepted.key()) : Optional.empty();
    }

    private KeyCheck check(@Nullable String presented) {
        Optional<KeyText> text = KeyText.parse(presented);
        if (text.isEmpty()) {
            return KeyCheck.Refused.MALFORMED;
        }
        StoredKey stored = copy.get(text.get().id()).orElse(null);
        byte[] hash = stored == null ? NOBODY : stored.sha256();
        if (!MessageDigest.isEqual(hash, text.get().sha256())
                || stored == null
                || stored.key().kind() != text.get().kind()) {
            return KeyCheck.Refused.UNKNOWN;
        }
        ApiKey key = stored.key();
        if (isRevoked(key)) {
            return KeyCheck.Refused.REVOKED;
        }
        return key.isValidAt(clock.instant()) ? new KeyCheck.Accepted(key) : KeyCheck.Refused.EXPIRED;
    }

    private boolean isRevoked(ApiKey key) {
        return key.revokedAt() != null || revoked.contains(key.id());
    }

    @Override
    public boolean isValid(ApiKey key) {
        return find(key.id())
                .filter(now -> !isRevoked(now) && now.isValidAt(clock.instant()))
                .isPresent();
    }

    @Override
    public Optional<ApiKey> find(String id) {
        return copy.get(id).map(StoredKey::key);
    }

    /** Whether pages of {@code origin} may use any key at all. Never blocks. */
    public boolean allowOrigin(String origin) {
        return origins.allow(origin, clock.instant());
    }

    @Override
    public boolean isFresh() {
        return System.nanoTime() - freshUntilNanos < 0;
    }

    /** Waits for a reading that is under way, and where that began too long ago for one that begins now. */
    @Override
    public Future<Void> refresh() {
        return shared().compose(read -> isFresh() ? Future.succeededFuture() : shared())
                .recover(failure -> Future.failedFuture(
                        new LedgerFault.Unavailable("access keys cannot be read: " + failure.getMessage())));
    }

    /** One reading for all who wait, whatever their contexts. */
    private Future<Void> shared() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> running = reading.compareAndExchange(null, mine);
        if (running == null) {
            vouched().onComplete(result -> {
                reading.set(null);
                if (result.succeeded()) {
                    mine.complete(null);
                } else {
                    mine.completeExceptionally(result.cause());
                }
            });
        }
        Context context = Vertx.currentContext();
        CompletableFuture<Void> awaited = running == null ? mine : running;
        return context == null ? Future.fromCompletionStage(awaited) : Future.fromCompletionStage(awaited, context);
    }

    /**
     * Reads the keys anew if any has changed since the last time. Completes on the caller's Vert.x context. Revocations are read
     * first: one that is gone from there by then is in the list that is read next.
     */
    public Future<Void> load() {
        long begun = System.nanoTime();
        return revocations
                .all()
                .compose(found -> copy.load().map(done -> {
                    take(found.keySet());
                    freshUntilNanos = begun + FRESH.toNanos();
                    return null;
                }));
    }

    /** By Redis, or while that does not answer by PostgreSQL: a revocation is in one of them. */
    private Future<Void> vouched() {
        return load().recover(redisAway -> {
            long begun = System.nanoTime();
            return store == null
                    ? Future.failedFuture(redisAway)
                    : store.revokedAfter(copy.version()).map(found -> {
                        take(found);
                        freshUntilNanos = begun + FRESH.toNanos();
                        return null;
                    });
        });
    }

    /** Looks for changes every {@link #POLL} until the result is closed. */
    public Recurring start(Vertx vertx) {
        return Recurring.start(vertx, "reading access keys", POLL, this::vouched);
    }

    /** A key once seen revoked stays so until the list says it, also when Redis forgets. */
    private synchronized void take(Set<String> found) {
        // Before the keys: what comes after it is then newer, and indexed once more.
        long version = copy.version();
        boolean none = found.isEmpty() && revoked.isEmpty();
        Set<String> before = revoked;
        revoked = none ? before : stillRevoked(found);
        if (version != indexed || !revoked.equals(before)) {
            origins = AllowedOrigins.of(copy.all().stream().map(StoredKey::key).filter(key -> !isRevoked(key)));
            indexed = version;
        }
    }

    private Set<String> stillRevoked(Set<String> found) {
        Set<String> still = new HashSet<>(found);
        for (String id : revoked) {
            if (copy.get(id).filter(stored -> stored.key().revokedAt() == null).isPresent()) {
                still.add(id);
            }
        }
        return Set.copyOf(still);
    }
}
