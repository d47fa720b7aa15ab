package dev.counterfoil.gateway;

import dev.counterfoil.gateway.settings.SettingsException;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.installation.Installation;
import dev.counterfoil.ledger.installation.PepperMismatch;
import dev.counterfoil.ledger.postgres.DatabaseUnavailable;
import dev.counterfoil.ledger.postgres.PostgresSettingsCheck;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.redis.RedisSettingsCheck;
import dev.counterfoil.ledger.settlement.SettledBooks;
import dev.counterfoil.ledger.settlement.SettlementWatch;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to hold before answers can be trusted: Redis keeps what it answers, it and PostgreSQL belong to one installation and
 * this pepper, and Redis has not forgotten what PostgreSQL knows. While PostgreSQL is away a start goes on without it, on the
 * epoch of the cells alone, and says so in log and metric. Nothing is published or settled then: both begin once PostgreSQL is
 * back and turns out to belong to this Redis and this pepper. Where it does not, the gateway is not ready and says why.
 */
final class StartChecks {
    private static final Logger LOG = LoggerFactory.getLogger(StartChecks.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration SETTINGS_CHECK = Duration.ofSeconds(10);

    private final Stores stores;
    private final Vertx vertx;
    private final Installation installation;
    private final RedisSettingsCheck redisSettings;
    private final PostgresSettingsCheck postgresSettings;
    private final Durability wanted;
    private final Duration settingsCheck;
    private volatile boolean redisKeeps;
    private volatile boolean booksKeep;
    private volatile boolean belonging;
    private volatile boolean foreign;
    private volatile boolean compared;

    /** @param wanted the level that every answer is to reach */
    StartChecks(Stores stores, Vertx vertx, Installation installation, Durability wanted, MeterRegistry meters) {
        this(stores, vertx, installation, wanted, meters, SETTINGS_CHECK);
    }

    /** The same, looking at the servers' settings at another pace. */
    StartChecks(
            Stores stores,
            Vertx vertx,
            Installation installation,
            Durability wanted,
            MeterRegistry meters,
            Duration settingsCheck) {
        this.settingsCheck = settingsCheck;
        this.stores = stores;
        this.vertx = vertx;
        this.installation = installation;
        this.wanted = wanted;
        this.redisSettings = new RedisSettingsCheck(stores.redis());
        this.postgresSettings = new PostgresSettingsCheck(stores.database());
        var levels = Gauge.builder(
                        "counterfoil.durability.level",
                        this,
                        checks -> checks.reachable().ordinal())
                .description("The level that answers can reach as last checked: 0 accepted, 1 durable, 2 settled")
                .register(meters);
        stores.embedded().ifPresent(servers -> {
            var free = Gauge.builder(
                            "counterfoil.data.free", servers.data().path().toFile(), File::getUsableSpace)
                    .baseUnit("bytes")
                    .description("Free on the disk of the embedded servers' data")
                    .register(meters);
        });
        var unused = Gauge.builder("counterfoil.books.compared", this, checks -> checks.compared ? 1 : 0)
                .description("1 once Redis was compared with PostgreSQL's sequences; 0: serving on the epoch alone")
                .register(meters);
    }

    /**
     * Refuses a Redis that may evict what it answers, or lose it where answers are to be durable, also one that does not show
     * whether, and a user who may not do all that scripts do; and looks again every few seconds.
     */
    Recurring requireSafeRedis() {
        requireNone(redisSettings.missingRights().await());
        try {
            requireNone(redisSettings.faults(redisLevel()).await());
            redisKeeps = redisSettings.faults(Durability.DURABLE).await().isEmpty();
        } catch (LedgerFault.Unavailable e) {
            if (wanted.atLeast(Durability.DURABLE)) {
                throw new SettingsException("Redis' settings cannot be read, which ledger.durability " + wanted.label()
                        + " needs (expected: the user may call CONFIG GET, or ledger.durability: accepted): "
                        + e.getMessage());
            }
            LOG.warn("Redis' settings cannot be read, so whether it evicts cards is not checked: {}", e.getMessage());
        }
        return Recurring.start(vertx, "checking Redis' settings", settingsCheck, this::checkRedis);
    }

    /** Refuses a PostgreSQL that may lose commits where answers are to be settled; and looks again every few seconds. */
    Recurring requireSafeBooks() {
        try {
            List<String> faults = postgresSettings.faults().await();
            if (wanted == Durability.SETTLED) {
                requireNone(faults);
            }
            booksKeep = faults.isEmpty();
        } catch (DatabaseUnavailable away) {
            LOG.warn("PostgreSQL's settings cannot be read, so no answer says settled: {}", away.getMessage());
        }
        return Recurring.start(vertx, "checking PostgreSQL's settings", settingsCheck, this::checkBooksKeep);
    }

    /** What a step on Redis reaches where {@code asked} is asked for: {@code durable} only while the last check proved it. */
    Durability durability(Durability asked) {
        return redisKeeps && asked.or(wanted).atLeast(Durability.DURABLE) ? Durability.DURABLE : Durability.ACCEPTED;
    }

    /** Whether PostgreSQL was last found to keep what it commits. */
    boolean booksKeep() {
        return booksKeep && belonging;
    }

    private Durability reachable() {
        return !redisKeeps ? Durability.ACCEPTED : booksKeep() ? Durability.SETTLED : Durability.DURABLE;
    }

    private Durability redisLevel() {
        return wanted.and(Durability.DURABLE);
    }

    private Future<Void> checkRedis() {
        Future<Void> kept = redisSettings
                .faults(Durability.DURABLE)
                .onComplete(found ->
                        redisKeeps = found.succeeded() && found.result().isEmpty())
                .compose(found -> redisSettings.faults(redisLevel()))
                .compose(StartChecks::none);
        // Asked also where the settings are wrong, or not shown.
        Future<Void> allowed = redisSettings.missingRights().compose(StartChecks::none);
        return Future.join(kept, allowed).mapEmpty();
    }

    private static Future<Void> none(List<String> faults) {
        requireNone(faults);
        return Future.succeededFuture();
    }

    private Future<Void> checkBooksKeep() {
        return postgresSettings
                .faults()
                .onComplete(
                        found -> booksKeep = found.succeeded() && found.result().isEmpty())
                .map(found -> {
                    requireNone(wanted == Durability.SETTLED ? found : List.of());
                    return null;
                });
    }

    private static void requireNone(List<String> faults) {
        if (!faults.isEmpty()) {
            throw new SettingsException(String.join("; ", faults));
        }
    }

    /** Brings the schema up to date and checks the pepper. False while PostgreSQL is away: then only Redis was asked. */
    boolean prepareBooks() {
        try {
            stores.database().migrate();
            installation.check(stores.database(), stores.redis()).await();
            belonging = true;
            return true;
        } catch (DatabaseUnavailable e) {
            LOG.warn("starting without PostgreSQL: {}", e.getMessage());
            installation.checkRedis(stores.redis()).await();
            return false;
        }
    }

    /** {@code task}, which does nothing until PostgreSQL is known to belong to this Redis and this pepper. */
    Supplier<Future<Void>> onceBelonging(Supplier<Future<Void>> task) {
        return () -> belonging ? task.get() : Future.succeededFuture();
    }

    /** Whether PostgreSQL is known to belong to this Redis and this pepper. */
    boolean belonging() {
        return belonging;
    }

    /** For readiness: fails once PostgreSQL turned out to belong to another installation. */
    Future<Void> notForeign() {
        return foreign
                ? Future.failedFuture(new IllegalStateException("PostgreSQL is of another installation"))
                : Future.succeededFuture();
    }

    /**
     * Starts settlement and tells {@code ledger} which sequences PostgreSQL holds: now or, while it is away, once it is back and
     * known to belong here; and again every few seconds, since a replica may be promoted that lacks what other gateways posted.
     */
    Recurring compare(RedisLedger ledger, SettledBooks books, SettlementWatch watch, Runnable settle) {
        if (belonging) {
            settle.run();
            raiseFloors(ledger, books, watch).await();
        }
        return Recurring.start(
                vertx,
                "comparing Redis with PostgreSQL",
                RETRY,
                () -> compared
                        ? raiseFloors(ledger, books, watch)
                        : checkBooks(settle).compose(checked -> raiseFloors(ledger, books, watch)));
    }

    private Future<Void> checkBooks(Runnable settle) {
        return vertx.<Void>executeBlocking(() -> {
                    stores.database().migrate();
                    return null;
                })
                .compose(migrated -> installation.check(stores.database(), stores.redis()))
                .onSuccess(checked -> foreign = false)
                .onFailure(this::noteForeign)
                .map(checked -> {
                    if (!belonging) {
                        belonging = true;
                        settle.run();
                    }
                    return null;
                });
    }

    private void noteForeign(Throwable failure) {
        if (failure instanceof PepperMismatch && !foreign) {
            foreign = true;
            LOG.error("NOT READY, nothing is published or settled: {}", failure.getMessage());
        }
    }

    private Future<Void> raiseFloors(RedisLedger ledger, SettledBooks books, SettlementWatch watch) {
        return books.settledSequences()
                .map(sequences -> {
                    sequences.forEach(ledger::atLeast);
                    compared = true;
                    return null;
                })
                .compose(raised -> books.wholeSequences())
                .map(sequences -> {
                    sequences.forEach(watch::settled);
                    return null;
                });
    }
}
