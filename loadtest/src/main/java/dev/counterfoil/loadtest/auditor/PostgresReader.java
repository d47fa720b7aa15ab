package dev.counterfoil.loadtest.auditor;

import dev.counterfoil.loadtest.auditor.PostgresBooks.Code;
import dev.counterfoil.loadtest.auditor.PostgresBooks.Mention;
import dev.counterfoil.loadtest.auditor.PostgresBooks.Settled;
import dev.counterfoil.loadtest.auditor.PostgresBooks.SettledPosting;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Reads a cell from one snapshot; transactions and postings come in pages while they are compared. */
final class PostgresReader {
    /** A cell of a program, with its number in PostgreSQL. */
    record CellRow(int id, String program, int index) {
        String tag() {
            return "{" + program + "." + index + "}";
        }
    }

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private static final int PAGE = 2_000;

    private final Connection connection;
    private final CellRow cell;

    private PostgresReader(Connection connection, CellRow cell) {
        this.connection = connection;
        this.cell = cell;
    }

    /** The cells that were ever opened; of one program, or of all where {@code program} is empty. */
    static List<CellRow> cells(Connection connection, String program) throws SQLException {
        String sql = "select id, program, index from cell where opened and ? in ('', program) order by program, index";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, program);
            List<CellRow> cells = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    cells.add(new CellRow(rows.getInt(1), rows.getString(2), rows.getInt(3)));
                }
            }
            return cells;
        }
    }

    /** What PostgreSQL refused, or leaves out because it depends on that: sequence, reason and what it moves; the first 20. */
    static List<String> deadLetters(Connection connection, CellRow cell) throws SQLException {
        String sql =
                "select d.seq, d.reason, (select string_agg(o.object, ', ' order by o.object) from dead_letter_object o"
                        + " where o.cell = d.cell and o.seq = d.seq) from dead_letter d where d.cell = ? order by d.seq limit 20";
        List<String> lines = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, cell.id());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    lines.add(rows.getLong(1) + ": " + rows.getString(2) + "; moves " + rows.getString(3));
                }
            }
        }
        return lines;
    }

    static long settledSequence(Connection connection, CellRow cell) throws SQLException {
        return cursor(connection, cell)[1];
    }

    /** The result lives as long as the connection's transaction. */
    static PostgresBooks read(Connection connection, CellRow cell) throws SQLException {
        long[] cursor = cursor(connection, cell);
        PostgresReader reader = new PostgresReader(connection, cell);
        Map<String, Long> units = new HashMap<>();
        Map<String, Long> poolSizes = new HashMap<>();
        reader.items(units, poolSizes);
        return new PostgresBooks(
                cursor[0],
                cursor[1],
                reader.cards(),
                reader.holders(),
                units,
                poolSizes,
                reader.codes(),
                reader.transactions(),
                reader.postings(),
                reader.mentions());
    }

    /** Epoch and settled sequence. */
    private static long[] cursor(Connection connection, CellRow cell) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select epoch, settled_seq from cell where id = ?")) {
            statement.setInt(1, cell.id());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("cell " + cell.tag() + " is gone");
                }
                return new long[] {row.getLong(1), row.getLong(2)};
            }
        }
    }

    private Map<String, IssuedCard> cards() throws SQLException {
        Map<String, IssuedCard> cards = new HashMap<>();
        String sql = "select id, api_id, number, card_type || ':' || asset, balance, state, expires_at, face,"
                + " coalesce(batch, ''), issued_seq, held from card where cell = ?";
        Iterator<Map.Entry<String, IssuedCard>> rows = rows(sql, cell.id(), row -> {
            Card card = new Card(
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getLong(5),
                    row.getString(6),
                    row.getTimestamp(7) == null ? 0 : ms(row.getTimestamp(7)),
                    row.getLong(11));
            return Map.entry(row.getString(1), new IssuedCard(card, row.getLong(8), row.getString(9), row.getLong(10)));
        });
        rows.forEachRemaining(row -> cards.put(row.getKey(), row.getValue()));
        return cards;
    }

    private Map<String, Long> holders() throws SQLException {
        Map<String, Long> holders = new HashMap<>();
        rows("select asset, account, balance, held from account_balance where cell = ?", cell.id(), row -> {
                    String name = row.getString(1) + ":" + row.getString(2);
                    holders.put("account:" + name, row.getLong(3));
                    holders.put("held:" + name, row.getLong(4));
                    return name;
                })
                .forEachRemaining(row -> {});
        return holders;
    }

    private void items(Map<String, Long> units, Map<String, Long> poolSizes) throws SQLException {
        rows("select sku, units, codes from item where program = ?", cell.program(), row -> {
                    units.put(row.getString(1), row.getLong(2));
                    poolSizes.put(row.getString(1), row.getLong(3));
                    return true;
                })
                .forEachRemaining(read -> {});
    }

    private Map<String, Code> codes() throws SQLException {
        Map<String, Code> codes = new HashMap<>();
        String sql = "select id, sku, sealed, state = 'delivered', coalesce(seq, 0) from code"
                + " where program = ? and state <> 'staged'";
        rows(sql, cell.program(), row -> {
                    @Nullable Long sequence = row.getBoolean(4) ? row.getLong(5) : null;
                    return Map.entry(row.getString(1), new Code(row.getString(2), row.getString(3), sequence));
                })
                .forEachRemaining(row -> codes.put(row.getKey(), row.getValue()));
        return codes;
    }

    private Iterable<Settled> transactions() throws SQLException {
        String sql = "select seq, at, type, client, idem, fingerprint, account, reference, data::text,"
                + " result::text from transactions where cell = ? order by seq";
        return once(rows(
                sql,
                cell.id(),
                row -> new Settled(
                        row.getLong(1),
                        ms(row.getTimestamp(2)),
                        row.getString(3),
                        row.getString(4),
                        base64(row.getBytes(5)),
                        base64(row.getBytes(6)),
                        row.getString(7),
                        row.getString(8),
                        row.getString(9),
                        row.getString(10))));
    }

    private Iterable<SettledPosting> postings() throws SQLException {
        String sql = "select seq, at, debit, credit, asset, amount from posting where cell = ? order by seq, n";
        return once(rows(
                sql,
                cell.id(),
                row -> new SettledPosting(
                        row.getLong(1),
                        ms(row.getTimestamp(2)),
                        new Posting(row.getString(3), row.getString(4), row.getString(5), row.getLong(6)))));
    }

    private Iterable<Mention> mentions() throws SQLException {
        String sql = "select seq, card from transaction_card where cell = ? order by seq, card collate \"C\"";
        return once(rows(sql, cell.id(), row -> new Mention(row.getLong(1), row.getString(2))));
    }

    private static long ms(Timestamp timestamp) {
        return timestamp.toInstant().toEpochMilli();
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static <T> Iterable<T> once(Iterator<T> rows) {
        return () -> rows;
    }

    private <T> Iterator<T> rows(String sql, Object parameter, Row<T> reader) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setFetchSize(PAGE);
        statement.setObject(1, parameter);
        ResultSet rows = statement.executeQuery();
        return new Rows<>(statement, rows, reader);
    }

    private static final class Rows<T> implements Iterator<T> {
        private final PreparedStatement statement;
        private final ResultSet rows;
        private final Row<T> reader;
        private boolean more;

        Rows(PreparedStatement statement, ResultSet rows, Row<T> reader) throws SQLException {
            this.statement = statement;
            this.rows = rows;
            this.reader = reader;
            advance();
        }

        private void advance() throws SQLException {
            more = rows.next();
            if (!more) {
                statement.close();
            }
        }

        @Override
        public boolean hasNext() {
            return more;
        }

        @Override
        public T next() {
            if (!more) {
                throw new NoSuchElementException();
            }
            try {
                T row = reader.read(rows);
                advance();
                return row;
            } catch (SQLException e) {
                throw new IllegalStateException("PostgreSQL cannot be read", e);
            }
        }
    }
}
