package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.PublishedList;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Brings a list whose record is in PostgreSQL to Redis. Thread-safe. */
final class ListPublisher {
    private final Database database;
    private final PublishedList list;
    private final Record record;

    /** The list in PostgreSQL. Every change raises its version, in the order in which changes commit. */
    interface Record {
        long version(Handle handle);

        /** Every entry that changed after {@code version}, by name; each says its own {@code version}. */
        Map<String, JsonObject> changedAfter(Handle handle, long version);
    }

    ListPublisher(Database database, PublishedList list, Record record) {
        this.database = database;
        this.list = list;
        this.record = record;
    }

    /** Brings to Redis every change that it has not. Publishers may race: of an entry the latest version stays. */
    Future<Void> publish() {
        return list.version()
                .compose(from -> database.inSnapshot(
                                handle -> new Changes(record.version(handle), record.changedAfter(handle, from)))
                        .compose(changes -> changes.version() <= from
                                ? Future.succeededFuture()
                                : list.publish(changes.version(), changes.entries())));
    }

    private record Changes(long version, Map<String, JsonObject> entries) {}
}
