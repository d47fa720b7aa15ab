package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.postgres.PostgresUri;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.testing.Servers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A fresh pair of books and an empty Redis, with programs whose items are goods {@code crab} and codes {@code video}. */
public final class SettlementBench implements AutoCloseable {
    public final String jdbcUri = Servers.freshDatabase();
    public final Database database = new Database(PostgresUri.of(jdbcUri), 4);
    public final RedisConnection redis;
    public final MeterRegistry meters = new SimpleMeterRegistry();

    public SettlementBench() {
        Servers.flushRedis();
        redis = RedisConnection.open(Servers.redisUri(), Duration.ofSeconds(5), Duration.ofSeconds(2));
        database.migrate();
        database.jdbi().useHandle(h -> h.execute("insert into issuer (id, name) values ('is', 'Test')"));
    }

    public Cell program(String id) {
        database.jdbi().useTransaction(h -> {
            h.execute(
                    "insert into program (id, issuer, name, zone, mode, assets, list_version)"
                            + " values (?, 'is', ?, 'UTC', 'test', '{CNY}', 1)",
                    id,
                    id);
            h.execute("insert into cell (program, index, opened) values (?, 0, true)", id);
            h.execute(
                    "insert into card_type (program, id, name, asset, face_value, version)"
                            + " values (?, 'gift', 'Gift', 'CNY', 1000, 1)",
                    id);
            h.execute(
                    "insert into item (program, sku, name, kind, prices, version) values"
                            + " (?, 'crab', 'Crab', 'goods', '{\"CNY\": 100}', 1),"
                            + " (?, 'video', 'Video', 'code', '{\"CNY\": 100}', 1)",
                    id,
                    id);
        });
        return Cell.of(id);
    }

    public void stageCodes(Cell cell, String... ids) {
        for (String id : ids) {
            database.jdbi()
                    .useHandle(h -> h.execute(
                            "insert into code (id, program, sku, hash, sealed, load) values (?, ?, 'video', ?, 'k1.AAAA', 'ld')",
                            id,
                            cell.program(),
                            id.getBytes()));
        }
    }

    public Settler settler(SettlementSettings settings) {
        return new Settler(database, redis, settings, meters, Clock.systemUTC());
    }

    public static SettlementSettings quick() {
        return new SettlementSettings(2, 1_000, Duration.ofMillis(5), Duration.ofMillis(50), 100_000);
    }

    public long settled(Cell cell) {
        return number("select settled_seq from cell where program = '" + cell.program() + "'");
    }

    public long number(String sql) {
        return database.jdbi()
                .withHandle(h -> h.createQuery(sql).mapTo(Long.class).one());
    }

    public List<Map<String, Object>> rows(String sql) {
        return database.jdbi().withHandle(h -> h.createQuery(sql).mapToMap().list());
    }

    @Override
    public void close() {
        redis.close();
        database.close();
        String name = jdbcUri.substring(jdbcUri.lastIndexOf('/') + 1);
        try (Connection connection = Servers.connect(Servers.jdbcUri());
                Statement statement = connection.createStatement()) {
            dropped(statement, "drop database " + name + " with (force)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A worker of autovacuum in the database is the superuser's, and may not be forced out: it leaves by itself. */
    private static void dropped(Statement statement, String drop) throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                statement.execute(drop);
                return;
            } catch (SQLException busy) {
                if (tries == 100 || !"42501".equals(busy.getSQLState())) {
                    throw busy;
                }
                LockSupport.parkNanos(100_000_000);
            }
        }
    }
}
