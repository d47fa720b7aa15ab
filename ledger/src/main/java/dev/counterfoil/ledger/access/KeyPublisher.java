package dev.counterfoil.ledger.access;

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
import org.jspecify.annotations.Nullable;

/**
 * Makes and revokes keys so that every gateway learns of it: a change is answered after Redis has it, and gateways read it
 * within {@link Keys#POLL}. A future that fails leaves open whether PostgreSQL has the change; if it has, a sweep publishes
 * it. Thread-safe; futures complete on the caller's Vert.x context.
 */
public final class KeyPublisher {
    private final Database database;
    private final KeyStore store;
    private final PublishedList list;

    public KeyPublisher(Database database, KeyStore store, RedisConnection redis) {
        this.database = database;
        this.store = store;
        this.list = new PublishedList(redis, RedisKeys.ACCESS_KEYS, RedisKeys.ACCESS_KEYS_VERSION);
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
        return list.version()
                .compose(from -> database.inSnapshot(handle -> {
                            Map<String, JsonObject> changed = new LinkedHashMap<>();
                            KeyStore.changedAfter(handle, from)
                                    .forEach(key -> changed.put(key.key().id(), key.toJson()));
                            return new Changes(KeyStore.version(handle), changed);
                        })
                        .compose(changes -> changes.version() <= from
                                ? Future.succeededFuture()
                                : list.publish(changes.version(), changes.keys())));
    }

    private record Changes(long version, Map<String, JsonObject> keys) {}
}
