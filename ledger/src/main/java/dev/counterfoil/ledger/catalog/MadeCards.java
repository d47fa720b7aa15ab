package dev.counterfoil.ledger.catalog;

import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.redis.PublishedList;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/**
 * How many cards were made in each program and format, which is what a guesser may hit. PostgreSQL has the batches; what they come to is
 * published, so that gateways know it without PostgreSQL. It is a bound from above: cards that expired or were voided are in it, and
 * batches that were cut as if they had been made to their end. So counts only grow, and serve as the versions of what is published.
 * Thread-safe; futures complete on the caller's Vert.x context.
 */
public final class MadeCards {
    /** How long a batch of another gateway may stay unnoticed here. */
    public static final Duration POLL = Duration.ofSeconds(2);

    /** How often a sweep makes up for what was not published. */
    public static final Duration SWEEP = Duration.ofMinutes(1);

    private final Database database;
    private final PublishedList list;
    private final Map<String, JsonObject> made = new ConcurrentHashMap<>();
    private volatile long version = -1;

    public MadeCards(Database database, RedisConnection redis) {
        this.database = database;
        this.list = new PublishedList(redis, RedisKeys.MADE_CARDS, RedisKeys.MADE_CARDS_VERSION);
    }

    /** How many cards of the program have secrets of that format, as far as this gateway knows. Asks nobody. */
    public long of(String program, SecretFormat format) {
        JsonObject counts = made.get(program);
        return counts == null ? 0 : counts.getLong(format.id(), 0L);
    }

    /** How many cards a guesser hits in a year who uses up the program's budget every day, among cards of that format. */
    public double expectedHitsAYear(Program program, SecretFormat format) {
        return format.expectedHitsAYear(program.limits().failuresADay(), of(program.id(), format));
    }

    /** Counts in PostgreSQL, and publishes what came of it; then it is known here too. */
    public Future<Void> publish() {
        return database.call(MadeCards::counts).compose(counts -> {
            long total = counts.values().stream()
                    .mapToLong(count -> count.getLong("version"))
                    .sum();
            counts.forEach(this::take);
            return list.version()
                    .compose(published -> published >= total ? Future.succeededFuture() : list.publish(total, counts));
        });
    }

    /** Reads what was published, if that is news. */
    public Future<Void> load() {
        return list.version().compose(published -> {
            if (published <= version) {
                return Future.succeededFuture();
            }
            return list.entries().map(entries -> {
                entries.forEach(this::take);
                version = published;
                return null;
            });
        });
    }

    /** Reads again every {@link #POLL} until the result is closed. */
    public Recurring start(Vertx vertx) {
        return Recurring.start(vertx, "reading how many cards were made", POLL, this::load);
    }

    private void take(String program, JsonObject counts) {
        made.merge(program, counts, (old, more) -> old.getLong("version") > more.getLong("version") ? old : more);
    }

    private record Made(String program, String format, long cards) {}

    private static Map<String, JsonObject> counts(Handle handle) {
        Map<String, JsonObject> counts = new HashMap<>();
        handle.createQuery("""
                        select b.program, coalesce(b.secret_format, t.secret_format) as format, sum(b.count) as made
                          from batch b join card_type t on t.program = b.program and t.id = b.card_type
                         group by 1, 2
                        """)
                .map((row, context) -> new Made(row.getString("program"), row.getString("format"), row.getLong("made")))
                .forEach(made -> {
                    JsonObject count =
                            counts.computeIfAbsent(made.program(), program -> new JsonObject().put("version", 0L));
                    count.put(made.format(), made.cards()).put("version", count.getLong("version") + made.cards());
                });
        return counts;
    }
}
