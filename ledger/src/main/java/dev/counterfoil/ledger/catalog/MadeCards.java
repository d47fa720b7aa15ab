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
 * How many cards were made in each program and format, or imported into it, which is what a guesser may hit. PostgreSQL adds them up as batches are begun and
 * given up; what they come to is published, so that gateways know it without PostgreSQL. It is a bound from above: cards that expired or
 * were voided are in it, and batches that were cut as if they had been made to their end. Thread-safe; futures complete on the
 * caller's Vert.x context.
 */
public final class MadeCards {
    /** How long a batch of another gateway may stay unnoticed here. */
    public static final Duration POLL = Duration.ofSeconds(2);

    /** How often a sweep makes up for what was not published. */
    public static final Duration SWEEP = Duration.ofMinutes(1);

    private static final String IMPORTED = "imported";

    private final PublishedList list;
    private final ListPublisher publisher;
    private final Map<String, JsonObject> made = new ConcurrentHashMap<>();
    private volatile long version;
    private volatile boolean known;

    public MadeCards(Database database, RedisConnection redis) {
        this.list = new PublishedList(redis, RedisKeys.MADE_CARDS, RedisKeys.MADE_CARDS_VERSION);
        this.publisher = new ListPublisher(database, list, new Record());
    }

    /** Whether this gateway ever read how many cards there are: until then {@link #of} is no bound. Asks nobody. */
    public boolean isKnown() {
        return known;
    }

    /** How many cards of the program have secrets of that format, as far as this gateway knows. Asks nobody. */
    public long of(String program, SecretFormat format) {
        JsonObject counted = made.get(name(program, format.id()));
        return counted == null ? 0 : counted.getLong("cards");
    }

    /** How many cards a guesser hits in a year who uses up the program's budget every day, among cards of that format. */
    public double expectedHitsAYear(Program program, SecretFormat format) {
        return format.expectedHitsAYear(program.limits().failuresADay(), of(program.id(), format));
    }

    /** Whether the program may hold cards that were imported, whose secrets have no form: also while it is not known. Asks nobody. */
    public boolean mayHoldImported(String program) {
        JsonObject counted = made.get(name(program, IMPORTED));
        return !known || counted != null && counted.getLong("cards") > 0;
    }

    /** How many imported cards a guesser hits in a year who uses up the program's budget every day. */
    public double expectedImportedHitsAYear(Program program) {
        JsonObject counted = made.get(name(program.id(), IMPORTED));
        // A gateway of the version before publishes no share.
        return counted == null ? 0 : program.limits().failuresADay() * 365.0 * counted.getDouble("share", 1.0);
    }

    /** Publishes what PostgreSQL has and Redis has not; then it is known here too. */
    public Future<Void> publish() {
        return publisher.publish().compose(published -> load()).onSuccess(loaded -> known = true);
    }

    /** Reads what was published, if that is news. Where nothing ever was, or Redis lost it, nothing is known of it. */
    public Future<Void> load() {
        return list.version().compose(published -> {
            if (published <= version) {
                return Future.succeededFuture();
            }
            return list.entries().map(entries -> {
                entries.forEach(this::take);
                if (!entries.isEmpty()) {
                    version = published;
                    known = true;
                }
                return null;
            });
        });
    }

    /** Reads again every {@link #POLL} until the result is closed. */
    public Recurring start(Vertx vertx) {
        return Recurring.start(vertx, "reading how many cards were made", POLL, this::load);
    }

    private void take(String name, JsonObject counted) {
        made.merge(name, counted, (old, more) -> old.getLong("version") > more.getLong("version") ? old : more);
    }

    private static String name(String program, String format) {
        return program + "/" + format;
    }

    private static final class Record implements ListPublisher.Record {
        @Override
        public long version(Handle handle) {
            return handle.createQuery("select value from version where name = 'made_cards'")
                    .mapTo(Long.class)
                    .one();
        }

        @Override
        public Map<String, JsonObject> changedAfter(Handle handle, long version) {
            Map<String, JsonObject> changed = new HashMap<>();
            handle.createQuery("select program, format, cards, share, version from made_cards where version > ?")
                    .bind(0, version)
                    .map((row, context) -> Map.entry(
                            name(row.getString("program"), row.getString("format")),
                            new JsonObject()
                                    .put("cards", row.getLong("cards"))
                                    .put("share", row.getDouble("share"))
                                    .put("version", row.getLong("version"))))
                    .forEach(entry -> changed.put(entry.getKey(), entry.getValue()));
            return changed;
        }

        @Override
        public void raise(Handle handle, long version) {
            handle.execute("update version set value = ? where name = 'made_cards' and value < ?", version, version);
            handle.execute("update made_cards set version = ?", version);
        }
    }
}
