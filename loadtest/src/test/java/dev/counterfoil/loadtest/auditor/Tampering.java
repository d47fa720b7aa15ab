package dev.counterfoil.loadtest.auditor;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Changes balances behind the product's back, to see whether the auditor notices. */
public final class Tampering implements AutoCloseable {
    private static final String CARD_KEY = "{demo.0}:card:";

    private final RedisWire redis;
    private final Connection postgres;

    public Tampering(Addresses addresses) throws IOException, SQLException {
        this.redis = RedisWire.open(addresses.redis());
        this.postgres = addresses.openPostgres();
    }

    /** The ledger id of some card that both stores have. */
    public String anyCard() throws SQLException {
        try (Statement statement = postgres.createStatement();
                ResultSet row = statement.executeQuery("select id from card order by id limit 1")) {
            row.next();
            return row.getString(1);
        }
    }

    public void addInRedis(String card, long amount) throws IOException {
        Object after = redis.call("HINCRBY", CARD_KEY + card, "b", Long.toString(amount));
        if (!(after instanceof Long)) {
            throw new IllegalStateException("no balance");
        }
    }

    public void addInPostgresql(String card, long amount) throws SQLException {
        try (PreparedStatement update =
                postgres.prepareStatement("update card set balance = balance + ? where id = ?")) {
            update.setLong(1, amount);
            update.setString(2, card);
            if (update.executeUpdate() != 1) {
                throw new IllegalStateException("no such card");
            }
        }
    }

    @Override
    public void close() throws IOException, SQLException {
        try (redis;
                postgres) {
            // Both are closed, whatever the other one throws.
        }
    }
}
