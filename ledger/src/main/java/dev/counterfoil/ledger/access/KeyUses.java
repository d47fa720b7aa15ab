package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.postgres.Database;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * When keys were last used: noted in memory, and brought to PostgreSQL once a {@link #FLUSH}, so that no request waits for it. What
 * cannot be written is kept for the next time; what a gateway that dies has noted is lost. At most one entry a key. Thread-safe.
 */
public final class KeyUses {
    /** How often what was noted is written. */
    public static final Duration FLUSH = Duration.ofMinutes(1);

    private static final int PRECISION_MS = 1_000;

    private final Database database;
    private final Clock clock;
    private final Map<String, Long> usedAtMs = new ConcurrentHashMap<>();

    public KeyUses(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Notes that the key was used now. */
    public void used(ApiKey key) {
        long now = clock.millis();
        Long noted = usedAtMs.get(key.id());
        if (noted == null || now - noted >= PRECISION_MS) {
            usedAtMs.put(key.id(), now);
        }
    }

    /** Writes what was noted since the last time. */
    public Future<Void> flush() {
        // In one order everywhere: gateways write the same rows at the same time.
        Map<String, Long> due = new TreeMap<>(usedAtMs);
        if (due.isEmpty()) {
            return Future.succeededFuture();
        }
        return database.inTransaction(handle -> {
                    PreparedBatch batch = handle.prepareBatch(
                            "update api_key set last_used_at = greatest(last_used_at, to_timestamp(? / 1000.0)) where id = ?");
                    due.forEach((id, at) -> batch.bind(0, at).bind(1, id).add());
                    return batch.execute();
                })
                .map(written -> {
                    due.forEach(usedAtMs::remove);
                    return null;
                });
    }

    /** Writes every {@link #FLUSH} until the result is closed. */
    public Recurring start(Vertx vertx) {
        return Recurring.start(vertx, "writing when keys were used", FLUSH, this::flush);
    }
}
