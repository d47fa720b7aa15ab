package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.catalog.ListPublisher;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Makes and revokes signing keys so that every gateway learns of it, as {@link KeyPublisher} does with access keys. */
public final class SigningKeyPublisher {
    private final SigningKeyStore store;
    private final ListPublisher publisher;

    public SigningKeyPublisher(Database database, SigningKeyStore store, RedisConnection redis) {
        this(
                store,
                new ListPublisher(
                        database,
                        new PublishedList(redis, RedisKeys.SIGNING_KEYS, RedisKeys.SIGNING_KEYS_VERSION),
                        new Record()));
    }

    private SigningKeyPublisher(SigningKeyStore store, ListPublisher publisher) {
        this.store = store;
        this.publisher = publisher;
    }

    /** The same, for {@code actor}. */
    public SigningKeyPublisher as(Actor actor) {
        return new SigningKeyPublisher(store.as(actor), publisher);
    }

    /** See {@link SigningKeyStore#create}. */
    public Future<IssuedSigningKey> create(SigningKeyDraft draft) {
        return store.create(draft).compose(key -> publisher.publishSoon().map(done -> key));
    }

    /** See {@link SigningKeyStore#revoke}. Publishes a key that was revoked before, too. */
    public Future<Optional<SigningKey>> revoke(String id) {
        return store.revoke(id).compose(key -> publish().map(done -> key));
    }

    /** Brings to Redis every change that it has not. */
    public Future<Void> publish() {
        return publisher.publish();
    }

    private static final class Record implements ListPublisher.Record {
        @Override
        public long version(Handle handle) {
            return SigningKeyStore.version(handle);
        }

        @Override
        public void raise(Handle handle, long version) {
            handle.execute("update version set value = ? where name = 'signing_keys' and value < ?", version, version);
            handle.execute("update signing_key set version = ?", version);
        }

        @Override
        public Map<String, JsonObject> changedAfter(Handle handle, long version) {
            Map<String, JsonObject> changed = new LinkedHashMap<>();
            SigningKeyStore.find(handle, "where s.version > :after", Map.of("after", version))
                    .forEach(key -> changed.put(key.key().id(), key.toJson()));
            return changed;
        }
    }
}
