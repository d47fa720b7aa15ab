package dev.counterfoil.ledger.settlement;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a run of transactions into the books, in the transaction of the connection it is given: inserts by COPY, changes by
 * one UPDATE a table. A change that does not find its row stops the run: the books would no longer be the journal's sum.
 */
final class BooksWriter {
    private static final String UPDATE_CARDS = """
            update card c
               set balance = c.balance + change.delta, state = change.state,
                   expires_at = case
                     when change.expires is null then c.expires_at
                     when change.expires > 0 then to_timestamp(change.expires / 1000) + change.expires % 1000 * interval '1 ms'
                   end
              from unnest(?::text[], ?::bigint[], ?::text[], ?::bigint[]) as change (id, delta, state, expires)
             where c.cell = ? and c.id = change.id
            """;
    private static final String UPDATE_ITEMS = """
            update item i
               set units = i.units + change.units, codes = i.codes + change.codes
              from unnest(?::text[], ?::bigint[], ?::bigint[]) as change (sku, units, codes)
             where i.program = ? and i.sku = change.sku
            """;
    private static final String ADD_CODES = """
            update code c
               set state = 'available'
              from unnest(?::text[]) as added (id)
             where c.id = added.id and c.program = ? and c.state = 'staged'
            """;
    private static final String DELIVER_CODES = """
            update code c
               set state = 'delivered', seq = delivered.seq
              from unnest(?::text[], ?::bigint[]) as delivered (id, seq)
             where c.id = delivered.id and c.program = ? and c.state = 'available'
            """;

    private final Connection connection;
    private final int cell;
    private final String program;

    /** @param cell the cell's id in PostgreSQL */
    BooksWriter(Connection connection, int cell, String program) {
        this.connection = connection;
        this.cell = cell;
        this.program = program;
    }

    void write(FactRows rows) throws SQLException {
        newCards(rows.newCards).send(connection);
        rows.transactions.send(connection);
        rows.transactionCards.send(connection);
        rows.postings.send(connection);
        updateCards(rows.cardChanges);
        new AccountsWriter(connection, cell).write(rows.accountChanges);
        updateItems(rows.itemChanges);
        addCodes(rows.codesAdded);
        deliverCodes(rows.codesDelivered);
    }

    private CopyRows newCards(Map<String, FactRows.NewCard> cards) {
        CopyRows rows = new CopyRows(
                "card",
                "cell",
                "id",
                "api_id",
                "number",
                "card_type",
                "asset",
                "batch",
                "face",
                "balance",
                "state",
                "expires_at",
                "issued_seq");
        cards.forEach((id, card) -> rows.row()
                .int4(cell)
                .text(id)
                .text(card.apiId)
                .text(card.number)
                .text(card.type)
                .text(card.asset)
                .text(card.batch)
                .int8(card.face)
                .int8(card.balance)
                .text(card.state)
                .timeOrNull(card.expiresAtMs)
                .int8(card.issuedSequence));
        return rows;
    }

    private void updateCards(Map<String, FactRows.CardChange> cards) throws SQLException {
        if (cards.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(UPDATE_CARDS)) {
            update.setArray(1, texts(cards.keySet()));
            update.setArray(2, numbers(cards.values().stream().map(change -> change.delta)));
            update.setArray(
                    3, texts(cards.values().stream().map(change -> change.state).toList()));
            update.setArray(4, numbers(cards.values().stream().map(change -> change.expiresAtMs)));
            update.setInt(5, cell);
            expect("cards", cards.size(), update.executeUpdate());
        }
    }

    private void updateItems(Map<String, FactRows.ItemChange> items) throws SQLException {
        if (items.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(UPDATE_ITEMS)) {
            update.setArray(1, texts(items.keySet()));
            update.setArray(2, numbers(items.values().stream().map(change -> change.units)));
            update.setArray(3, numbers(items.values().stream().map(change -> change.codes)));
            update.setString(4, program);
            expect("items", items.size(), update.executeUpdate());
        }
    }

    private void addCodes(Collection<String> codes) throws SQLException {
        if (codes.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(ADD_CODES)) {
            update.setArray(1, texts(codes));
            update.setString(2, program);
            expect("staged codes", codes.size(), update.executeUpdate());
        }
    }

    private void deliverCodes(Map<String, Long> codes) throws SQLException {
        if (codes.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(DELIVER_CODES)) {
            update.setArray(1, texts(codes.keySet()));
            update.setArray(2, numbers(codes.values().stream()));
            update.setString(3, program);
            expect("available codes", codes.size(), update.executeUpdate());
        }
    }

    private Array texts(Collection<String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray());
    }

    private Array numbers(Stream<? extends @Nullable Long> values) throws SQLException {
        return connection.createArrayOf("bigint", values.toArray());
    }

    private static void expect(String what, int expected, int found) {
        if (found != expected) {
            throw JournalFault.unknownRows(what, expected, found);
        }
    }
}
