package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.redis.PublishedList;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway's own copy of a published list. An entry that cannot be read is logged and left out. Thread-safe. */
final class ListCopy<T> {
    private static final Logger LOG = LoggerFactory.getLogger(ListCopy.class);

    private final PublishedList list;
    private final String what;
    private final Function<JsonObject, T> reader;
    private volatile Map<String, T> entries = Map.of();
    private volatile long version = -1;

    /** @param what an entry is, for the log, as {@code access key} */
    ListCopy(PublishedList list, String what, Function<JsonObject, T> reader) {
        this.list = list;
        this.what = what;
        this.reader = reader;
    }

    Optional<T> get(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    Collection<T> all() {
        return entries.values();
    }

    /** The version that this copy is of, or newer; -1 before the first reading. */
    long version() {
        return version;
    }

    /** Reads the list anew if it has changed since the last time. Completes on the caller's Vert.x context. */
    Future<Void> load() {
        return list.version().compose(current -> current <= version ? Future.succeededFuture() : read(current));
    }

    /**
     * The version was read first: the entries are as new as it, or newer. It is read once more, because a Redis that is emptied
     * in between gives no entries, which would be taken for those of that version for good.
     */
    private Future<Void> read(long current) {
        return list.entries()
                .compose(found -> list.version().map(after -> {
                    if (after >= current) {
                        take(current, found);
                    }
                    return null;
                }));
    }

    private void take(long current, Map<String, JsonObject> found) {
        Map<String, T> read = new HashMap<>();
        found.forEach((name, json) -> {
            try {
                read.put(name, reader.apply(json));
            } catch (RuntimeException e) {
                LOG.error("{} {} cannot be read and is refused: {}", what, name, e.toString());
            }
        });
        entries = read;
        version = current;
    }
}
