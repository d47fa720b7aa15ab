package dev.counterfoil.ledger.access;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.redis.RedisKeys.text;

import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keys that were revoked and of which PostgreSQL may not know yet: a hash in Redis beside the published list, so that no
 * publication can overwrite it. An entry goes once the list itself says so; until then every gateway refuses the key.
 * Thread-safe; futures complete on the caller's Vert.x context.
 */
final class Revocations {
    private static final byte[] REVOCATIONS = bytes(RedisKeys.REVOCATIONS);
    private static final byte[] ACCESS_KEYS = bytes(RedisKeys.ACCESS_KEYS);

    private final RedisConnection redis;

    Revocations(RedisConnection redis) {
        this.redis = redis;
    }

    /** Who revoked a key, when. */
    record Revocation(Instant at, Actor actor) {
        JsonObject toJson() {
            return new JsonObject()
                    .put("at", at.toString())
                    .put("actor", actor.name())
                    .put("client", actor.client())
                    .put("request_id", actor.requestId())
                    .put("reason", actor.reason());
        }

        static Revocation of(JsonObject json) {
            return new Revocation(
                    Instant.parse(json.getString("at")),
                    new Actor(
                            json.getString("actor"),
                            json.getString("client"),
                            json.getString("request_id"),
                            json.getString("reason")));
        }
    }

    /** Revokes a key that the published list has; empty, and nothing done, where it has none. The first revocation stands. */
    Future<Optional<ApiKey>> put(String id, Revocation revocation) {
        return redis.call(RedisKeys.ACCESS_KEYS, commands -> commands.hget(ACCESS_KEYS, bytes(id)))
                .compose(found -> {
                    if (found == null) {
                        return Future.succeededFuture(Optional.empty());
                    }
                    ApiKey key = StoredKey.of(new JsonObject(text(found))).key();
                    byte[] json = bytes(revocation.toJson().encode());
                    return redis.call(RedisKeys.REVOCATIONS, commands -> commands.hsetnx(REVOCATIONS, bytes(id), json))
                            .map(put -> Optional.of(key.revoked(revocation.at())));
                });
    }

    /** Every one that is not known to be in the list, by key. */
    Future<Map<String, Revocation>> all() {
        return redis.call(RedisKeys.REVOCATIONS, commands -> commands.hgetall(REVOCATIONS))
                .map(found -> {
                    Map<String, Revocation> all = new LinkedHashMap<>();
                    found.forEach((id, json) -> all.put(text(id), Revocation.of(new JsonObject(text(json)))));
                    return all;
                });
    }

    /** The published list says it, or no such key exists. */
    Future<Void> remove(String id) {
        return redis.call(RedisKeys.REVOCATIONS, commands -> commands.hdel(REVOCATIONS, bytes(id)))
                .mapEmpty();
    }
}
