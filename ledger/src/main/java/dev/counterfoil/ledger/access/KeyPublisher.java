package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Makes and revokes keys so that every gateway learns of it: a change is answered after Redis has it, and gateways read it
 * within {@link Keys#POLL}. A future that fails leaves open whether PostgreSQL has the change; if it has, a sweep publishes
 * it. Thread-safe; futures complete on the caller's Vert.x context.
 */
public final class KeyPublisher {
    private final KeyStore store;
    private final ListPublisher publisher;

    public KeyPublisher(Database database, KeyStore store, RedisConnection redis) {
        this(
                store,
                new ListPublisher(
                        database,
                        new PublishedList(redis, RedisKeys.ACCESS_KEYS, RedisKeys.ACCESS_KEYS_VERSION),
                        new Record()));
    }

    private KeyPublisher(KeyStore store, ListPublisher publisher) {
        this.store = store;
        this.publisher = publisher;
    }

    /** The same, for {@code actor}. */
    public KeyPublisher as(Actor actor) {
        return new KeyPublisher(store.as(actor), publisher);
    }

    /** See {@link KeyStore#create}. */
    public Future<IssuedKey> create(KeyDraft draft) {
        return store.create(draft).compose(key -> publish().map(done -> key));
    }

    /** See {@link KeyStore#revoke}. Publishes a key that was revoked before, too: that attempt may not have reached Redis. */
    public Future<Optional<ApiKey>> revoke(String id) {
        return store.revoke(id).compose(key -> publish().map(done -> key));
    }

    /** See {@link KeyStore#limit}. */
    public Future<Optional<ApiKey>> limit(String id, @Nullable Rate rate) {
        return store.limit(id, rate).compose(key -> publish().map(done -> key));
    }

    /** Brings to Redis every change that it has not. Publishers may race: of a key the latest version stays. */
    public Future<Void> publish() {
        return publisher.publish();
    }

    private static final class Record implements ListPublisher.Record {
        @Override
        public long version(Handle handle) {
            return KeyRows.version(handle);
        }

        @Override
        public Map<String, JsonObject> changedAfter(Handle handle, long version) {
            Map<String, JsonObject> changed = new LinkedHashMap<>();
            KeyRows.find(handle, "where k.version > :after order by k.version", Map.of("after", version))
                    .forEach(key -> changed.put(key.key().id(), key.toJson()));
            return changed;
        }
    }
}
