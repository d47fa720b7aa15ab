package dev.counterfoil.gateway;

import dev.counterfoil.gateway.settings.RedisSettings;
import dev.counterfoil.gateway.settings.Secret;
import dev.counterfoil.gateway.settings.Settings;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Progress;
import dev.counterfoil.ledger.access.KeyPublisher;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.embedded.DataDirectory;
import dev.counterfoil.ledger.embedded.EmbeddedServers;
import dev.counterfoil.ledger.embedded.EmbeddedSettings;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.postgres.PostgresUri;
import dev.counterfoil.ledger.rebuild.Rebuild;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.settlement.SettlementSettings;
import dev.counterfoil.ledger.settlement.Settler;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;

/**
 * The Redis and the PostgreSQL of the settings, each external where its URI is set and embedded where not, and the keys that
 * belong to what they hold. Opening blocks.
 */
final class Stores implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Opened opened;
    private final RedisSettings redisSettings;
    private final String redisUri;
    private final RedisConnection redis;
    private final Database database;
    private final Optional<EmbeddedServers> embedded;
    private final KeptKeys keys;
    private final Settings settings;

    private Stores(Settings settings, Opened opened, Optional<EmbeddedServers> embedded) {
        this.settings = settings;
        this.opened = opened;
        this.embedded = embedded;
        this.redisSettings = settings.redis();
        this.redisUri = settings.redis()
                .uri()
                .map(Secret::reveal)
                .orElseGet(() -> embedded.orElseThrow().redisUri());
        this.redis = connectRedis();
        String postgresUri = settings.postgres()
                .uri()
                .map(Secret::reveal)
                .orElseGet(() -> embedded.orElseThrow().jdbcUri());
        this.database = opened.add(
                "PostgreSQL",
                new Database(PostgresUri.of(postgresUri), settings.postgres().poolSize()));
        this.keys = new KeptKeys(settings.postgres().uri().isPresent() ? Optional.empty() : embedded);
    }

    /** For serving: the data directory and the embedded servers in it are this process's. */
    static Stores forServing(Settings settings) {
        return open(
                settings,
                () -> EmbeddedServers.start(DataDirectory.open(settings.data().dir()), embeddedSettings(settings)));
    }

    /** For a command: uses the embedded servers of a gateway that runs beside it, else starts them until it is closed. */
    static Stores forCommand(Settings settings) {
        return open(
                settings, () -> EmbeddedServers.attachOrStart(settings.data().dir(), embeddedSettings(settings)));
    }

    private static Stores open(Settings settings, Supplier<EmbeddedServers> servers) {
        Opened opened = new Opened();
        try {
            EmbeddedSettings wanted = embeddedSettings(settings);
            Optional<EmbeddedServers> embedded = wanted.redis() || wanted.postgresql()
                    ? Optional.of(opened.add("embedded servers", servers.get()))
                    : Optional.empty();
            Stores stores = new Stores(settings, opened, embedded);
            // Before the first migration: after it the database does not look new any more.
            if (settings.postgres().uri().isEmpty()) {
                List<String> pepper = stores.pepper();
                List<String> codeKeys = stores.codeKeys();
            }
            return stores;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private static EmbeddedSettings embeddedSettings(Settings settings) {
        EmbeddedSettings standard = EmbeddedSettings.DEFAULT;
        return new EmbeddedSettings(
                settings.redis().uri().isEmpty(),
                standard.redisPort(),
                standard.redisMaxmemoryBytes(),
                settings.postgres().uri().isEmpty(),
                standard.postgresqlPort());
    }

    RedisConnection redis() {
        return redis;
    }

    /** One more connection, for what must not queue before posts; closed with these stores. */
    RedisConnection connectRedis() {
        return opened.add(
                "Redis",
                RedisConnection.open(redisUri, redisSettings.connectTimeout(), redisSettings.commandTimeout()));
    }

    Database database() {
        return database;
    }

    /**
     * A settler with a connection of its own, not started. Whoever asks closes it, before these stores.
     *
     * @param settledUpTo told of what is settled, on a settling thread; must not block
     */
    Settler settler(MeterRegistry meters, Clock clock, ObjLongConsumer<Cell> settledUpTo) {
        return new Settler(database, connectRedis(), settlement(), meters, clock, settledUpTo);
    }

    /** How these settings want it settled. */
    SettlementSettings settlement() {
        SettlementSettings standard = SettlementSettings.DEFAULTS;
        return new SettlementSettings(
                standard.threads(),
                settings.settlement().batchSize(),
                standard.interval(),
                standard.sweep(),
                settings.ledger().journalKept());
    }

    /** A rebuild with a connection of its own; closed with these stores. */
    Rebuild rebuild(Progress progress) {
        RedisConnection loading = connectRedis();
        return new Rebuild(
                database,
                loading,
                new CatalogPublisher(database, loading),
                new KeyPublisher(database, new KeyStore(database, RANDOM), loading),
                settings.ledger().idempotencyTtl(),
                progress);
    }

    /** The embedded servers, where there are any. */
    Optional<EmbeddedServers> embedded() {
        return embedded;
    }

    /** The pepper setting as {@code Pepper.of} reads it. */
    List<String> pepper() {
        return keys.pepper(settings.pepper(), RANDOM);
    }

    /** The code keys as {@code CodeCipher.of} reads them. */
    List<String> codeKeys() {
        return keys.codeKeys(settings.codeKeys(), RANDOM);
    }

    @Override
    public void close() {
        opened.close();
    }
}
