package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.catalog.ListPublisher;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.postgres.DatabaseUnavailable;
import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and revokes keys so that every gateway learns of it: a change is answered after Redis has it, and gateways read it
 * within {@link Keys#POLL}. A future that fails leaves open whether PostgreSQL has the change; if it has, a sweep publishes
 * it. Thread-safe; futures complete on the caller's Vert.x context.
 */
public final class KeyPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(KeyPublisher.class);

    private final KeyStore store;
    private final ListPublisher publisher;
    private final Revocations revocations;
    private final Actor actor;
    private final Clock clock = Clock.systemUTC();

    public KeyPublisher(Database database, KeyStore store, RedisConnection redis) {
        this(
                store,
                new ListPublisher(
                        database,
                        new PublishedList(redis, RedisKeys.ACCESS_KEYS, RedisKeys.ACCESS_KEYS_VERSION),
                        new Record()),
                new Revocations(redis),
                Actor.SYSTEM);
    }

    private KeyPublisher(KeyStore store, ListPublisher publisher, Revocations revocations, Actor actor) {
        this.store = store.as(actor);
        this.publisher = publisher;
        this.revocations = revocations;
        this.actor = actor;
    }

    /** The same, for {@code other}. */
    public KeyPublisher as(Actor other) {
        return new KeyPublisher(store, publisher, revocations, other);
    }

    /** See {@link KeyStore#create}. */
    public Future<IssuedKey> create(KeyDraft draft) {
        return create(draft, null);
    }

    /**
     * The same, of a key whose ceilings count with those of another.
     *
     * @param lineage see {@link ApiKey#lineage}; null: its own
     */
    public Future<IssuedKey> create(KeyDraft draft, @Nullable String lineage) {
        return store.create(draft, lineage)
                .compose(key -> publisher.publishSoon().map(done -> key));
    }

    /**
     * Revokes a key for good; empty when there is none. Redis is told first, so that gateways refuse it whether or not PostgreSQL is
     * there; where PostgreSQL is away, {@link #sweep} takes it there later, and this succeeds all the same. Where Redis is away it
     * fails, and PostgreSQL has it if it could be asked.
     */
    public Future<Optional<ApiKey>> revoke(String id) {
        Instant at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return revocations
                .put(id, new Revocations.Revocation(at, actor))
                .transform(told -> record(id, at).recover(failure -> {
                    boolean waits = failure instanceof DatabaseUnavailable
                            && told.succeeded()
                            && told.result().isPresent();
                    if (!waits) {
                        return Future.failedFuture(failure);
                    }
                    LOG.warn("key {} is revoked in Redis; PostgreSQL is away and is told when it is back", id);
                    return Future.succeededFuture(told.result());
                }));
    }

    private Future<Optional<ApiKey>> record(String id, Instant at) {
        return store.revoke(id, at)
                .compose(key -> publish()
                        // Of a key that PostgreSQL does not have nothing else in Redis says that it is revoked.
                        .compose(published -> key.isPresent() ? revocations.remove(id) : Future.<Void>succeededFuture())
                        .map(removed -> key));
    }

    /** See {@link KeyStore#patch}. */
    public Future<Optional<ApiKey>> patch(String id, KeyPatch patch) {
        return store.patch(id, patch).compose(key -> publish().map(done -> key));
    }

    /** Gives a key another rate, or with null that of the gateways' settings; empty when there is no such key. */
    public Future<Optional<ApiKey>> limit(String id, @Nullable Rate rate) {
        return patch(id, new KeyPatch(null, null, terms -> terms.withRate(rate)));
    }

    /** See {@link KeyStore#rotate}. */
    public Future<Optional<Rotation.Rotated>> rotate(String id, Rotation rotation) {
        return store.rotate(id, rotation, clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .compose(rotated -> publisher.publishSoon().map(done -> rotated));
    }

    /** Publishes, and takes to PostgreSQL the revocations that it has missed, with who revoked and when. */
    public Future<Void> sweep() {
        return publish().compose(published -> revocations.all()).compose(all -> {
            Future<Void> taken = Future.succeededFuture();
            for (Map.Entry<String, Revocations.Revocation> each : all.entrySet()) {
                Revocations.Revocation revocation = each.getValue();
                taken = taken.compose(before -> as(revocation.actor())
                        .record(each.getKey(), revocation.at())
                        .mapEmpty());
            }
            return taken;
        });
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
        public void raise(Handle handle, long version) {
            handle.execute("update version set value = ? where name = 'keys' and value < ?", version, version);
            handle.execute("update api_key set version = ?", version);
        }

        @Override
        public Map<String, JsonObject> changedAfter(Handle handle, long version) {
            Map<String, JsonObject> changed = new LinkedHashMap<>();
            KeyRows.find(handle, "where k.version > :after order by k.version", query -> query.bind("after", version))
                    .forEach(key -> changed.put(key.key().id(), key.toJson()));
            return changed;
        }
    }
}
