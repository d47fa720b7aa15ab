package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.auditor.Addresses;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What PostgreSQL holds of the demo program's cell. */
final class Settled implements AutoCloseable {
    /**
     * A transaction.
     *
     * @param reference a redemption's
     * @param of the redemption that a step follows
     * @param atMs when it was posted, by Redis' clock
     */
    record Row(
            long sequence,
            String type,
            @Nullable String reference,
            @Nullable String of,
            long atMs) {}

    private static final String CELL = "(select id from cell where program = 'demo' and index = 0)";

    private final Connection connection;

    private Settled(Connection connection) {
        this.connection = connection;
    }

    static Settled open(Addresses addresses) throws SQLException {
        return new Settled(addresses.openPostgres());
    }

    /** Everything up to it is in PostgreSQL. */
    long sequence() throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("select settled_seq from cell where id = " + CELL);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("the demo program has no cell");
            }
            return row.getLong(1);
        }
    }

    /** The transactions after {@code sequence}, in order. */
    List<Row> after(long sequence) throws SQLException {
        String sql = "select seq, type, reference, data->'request'->>'of', extract(epoch from at) * 1000"
                + " from transactions where cell = " + CELL + " and seq > ? order by seq";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, sequence);
            List<Row> rows = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.add(new Row(
                            row.getLong(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getBigDecimal(5).longValue()));
                }
            }
            return rows;
        }
    }

    /** Balances of the cards of a type, by their ids in the API. */
    Map<String, Long> balances(String cardType) throws SQLException {
        return numbers(
                "select 'card_' || api_id, balance from card where cell = " + CELL + " and card_type = ?", cardType);
    }

    /** Units in stock by item. */
    Map<String, Long> units() throws SQLException {
        return numbers("select sku, units from item where program = ?", "demo");
    }

    private Map<String, Long> numbers(String sql, String parameter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            Map<String, Long> numbers = new HashMap<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    numbers.put(row.getString(1), row.getLong(2));
                }
            }
            return numbers;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
