package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.redis.RedisKeys.text;

import io.lettuce.core.ScriptOutputType;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A list that every gateway keeps a copy of: a hash of JSON objects, each with its {@code version}, and the list's version
 * under a key of its own, which tells cheaply whether anything changed. The two keys may be in different slots, so an update
 * is two steps: entries first, then the version. A publisher that stops in between is made up for by the next, which finds
 * the version still behind. Thread-safe; futures complete on the caller's Vert.x context.
 */
public final class PublishedList {
    private static final Script PUT_NEWER = Script.load("put_newer");
    private static final Script RAISE = Script.load("raise");

    /** Entries a call carries, so that no script holds Redis up for long. */
    private static final int CHUNK = 500;

    private final RedisConnection redis;
    private final String list;
    private final String versionKey;

    public PublishedList(RedisConnection redis, String list, String versionKey) {
        this.redis = redis;
        this.list = list;
        this.versionKey = versionKey;
    }

    /** The version up to which every change is in the list; 0 when none was ever published. */
    public Future<Long> version() {
        return redis.call(versionKey, commands -> commands.get(bytes(versionKey)))
                .map(version -> version == null ? 0L : Long.parseLong(text(version)));
    }

    /** Whether Redis has no entry. */
    public Future<Boolean> isEmpty() {
        return redis.call(list, commands -> commands.hlen(bytes(list))).map(entries -> entries == 0);
    }

    /** Every entry, by name. May hold changes beyond a version read before, never lacks one up to it. */
    public Future<Map<String, JsonObject>> entries() {
        return redis.call(list, commands -> commands.hgetall(bytes(list))).map(found -> {
            Map<String, JsonObject> entries = new LinkedHashMap<>();
            found.forEach((name, json) -> entries.put(text(name), new JsonObject(text(json))));
            return entries;
        });
    }

    /**
     * Writes entries that Redis does not have in their version or a later one, then raises the list's version.
     *
     * @param version of the list; {@code entries} hold every entry that changed after the version that Redis has, up to it
     */
    public Future<Void> publish(long version, Map<String, JsonObject> entries) {
        Future<Void> written = Future.succeededFuture();
        List<byte[]> chunk = new ArrayList<>();
        for (Map.Entry<String, JsonObject> entry : entries.entrySet()) {
            chunk.add(bytes(entry.getKey()));
            chunk.add(bytes(Long.toString(entry.getValue().getLong("version"))));
            chunk.add(bytes(entry.getValue().encode()));
            if (chunk.size() == 3 * CHUNK) {
                written = written.compose(put(chunk.toArray(byte[][]::new)));
                chunk.clear();
            }
        }
        if (!chunk.isEmpty()) {
            written = written.compose(put(chunk.toArray(byte[][]::new)));
        }
        byte[][] key = {bytes(versionKey)};
        return written.compose(done -> redis.call(
                        RAISE.<Long>run(redis, ScriptOutputType.INTEGER, key, bytes(Long.toString(version)))))
                .mapEmpty();
    }

    private Function<Void, Future<Void>> put(byte[][] entries) {
        byte[][] key = {bytes(list)};
        return before -> redis.call(PUT_NEWER.<Long>run(redis, ScriptOutputType.INTEGER, key, entries))
                .mapEmpty();
    }
}
