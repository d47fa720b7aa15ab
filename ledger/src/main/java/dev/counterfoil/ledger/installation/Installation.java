package dev.counterfoil.ledger.installation;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.redis.RedisKeys.text;

import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.secrets.Pepper;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Holds a start to the peppers that the installation's cards were made with. Their fingerprint stands in Redis and in
 * PostgreSQL; the first start writes it, and one with new peppers in front of the recorded ones writes the longer one.
 * Futures complete on the caller's Vert.x context.
 */
public final class Installation {
    private static final String PEPPER = "pepper";

    private final Pepper pepper;

    public Installation(Pepper pepper) {
        this.pepper = pepper;
    }

    /**
     * Compares both before it writes to either, so that a start with the wrong pepper, or with the Redis of one installation
     * and the PostgreSQL of another, leaves no trace. Fails with {@link PepperMismatch}.
     */
    public Future<Void> check(Database database, RedisConnection redis) {
        return recordedInRedis(redis)
                .compose(recorded -> requireKnown("Redis", recorded))
                .compose(checked -> record(database))
                .compose(checked -> checkRedis(redis));
    }

    /** As {@link #check}, of Redis alone: for a start while PostgreSQL is away. */
    public Future<Void> checkRedis(RedisConnection redis) {
        return redis.call(
                        RedisKeys.PEPPER,
                        commands -> commands.setnx(bytes(RedisKeys.PEPPER), bytes(pepper.fingerprint())))
                .compose(first -> recordedInRedis(redis))
                .compose(recorded -> requireKnown("Redis", recorded)
                        .compose(known -> isCurrent(recorded)
                                ? Future.succeededFuture()
                                : redis.call(
                                                RedisKeys.PEPPER,
                                                commands -> commands.set(
                                                        bytes(RedisKeys.PEPPER), bytes(pepper.fingerprint())))
                                        .mapEmpty()));
    }

    private Future<Void> record(Database database) {
        return database.<Optional<String>>inTransaction(handle -> {
                    handle.execute(
                            "insert into installation (name, value) values (?, ?) on conflict do nothing",
                            PEPPER,
                            pepper.fingerprint());
                    String recorded = handle.createQuery("select value from installation where name = ? for update")
                            .bind(0, PEPPER)
                            .mapTo(String.class)
                            .one();
                    if (pepper.extendsRecorded(recorded)) {
                        handle.execute(
                                "update installation set value = ? where name = ?", pepper.fingerprint(), PEPPER);
                    }
                    return Optional.of(recorded);
                })
                .compose(recorded -> requireKnown("PostgreSQL", recorded));
    }

    private static Future<Optional<String>> recordedInRedis(RedisConnection redis) {
        return redis.call(RedisKeys.PEPPER, commands -> commands.get(bytes(RedisKeys.PEPPER)))
                .map(value -> value == null ? Optional.empty() : Optional.of(text(value)));
    }

    private Future<Void> requireKnown(String where, Optional<String> recorded) {
        return recorded.isEmpty() || pepper.extendsRecorded(recorded.get())
                ? Future.succeededFuture()
                : Future.failedFuture(new PepperMismatch(where, recorded.get(), pepper.fingerprint()));
    }

    private boolean isCurrent(Optional<String> recorded) {
        return recorded.isPresent() && recorded.get().equals(pepper.fingerprint());
    }
}
