package dev.counterfoil.ledger.catalog;

import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.PublishedList;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a list whose record is in PostgreSQL to Redis. Thread-safe. */
public final class ListPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(ListPublisher.class);

    private final Database database;
    private final PublishedList list;
    private final Record record;

    /** The list in PostgreSQL. Every change raises its version, in the order in which changes commit. */
    public interface Record {
        long version(Handle handle);

        /** Every entry that changed after {@code version}, by name; each says its own {@code version}. */
        Map<String, JsonObject> changedAfter(Handle handle, long version);

        /** Gives the list and each of its entries that version. */
        void raise(Handle handle, long version);
    }

    public ListPublisher(Database database, PublishedList list, Record record) {
        this.database = database;
        this.list = list;
        this.record = record;
    }

    /**
     * Brings to Redis every change that it has not. Publishers may race: of an entry the latest version stays. A PostgreSQL that was
     * restored to an earlier moment is behind Redis, and its changes would be taken for old: then all of it is made newer first.
     * A Redis that has the version and lost the entries is given all of them.
     */
    public Future<Void> publish() {
        return published()
                .compose(from -> changes(from).compose(changes -> {
                    if (changes.version() < from) {
                        return database.inTransaction(handle -> {
                                    record.raise(handle, from + 1);
                                    return from;
                                })
                                .compose(this::changes)
                                .compose(all -> list.publish(all.version(), all.entries()));
                    }
                    return changes.version() == from
                            ? Future.succeededFuture()
                            : list.publish(changes.version(), changes.entries());
                }));
    }

    /** Publishes, if need be by the next sweep: for keys that are made, whose text is told once only, now. */
    public Future<Void> publishSoon() {
        return publish().recover(away -> {
            LOG.warn("a key is made; gateways learn of it when Redis is back: {}", away.toString());
            return Future.succeededFuture();
        });
    }

    /** The version of what Redis has. */
    private Future<Long> published() {
        return list.version()
                .compose(version -> version == 0
                        ? Future.succeededFuture(0L)
                        : list.isEmpty().map(lost -> lost ? 0L : version));
    }

    private Future<Changes> changes(long from) {
        return database.inSnapshot(handle -> new Changes(record.version(handle), record.changedAfter(handle, from)));
    }

    private record Changes(long version, Map<String, JsonObject> entries) {}
}
