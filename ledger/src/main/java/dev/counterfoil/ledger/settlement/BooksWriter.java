package dev.counterfoil.ledger.settlement;

import io.vertx.core.json.JsonObject;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
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
                   held = c.held + change.held, owner = coalesce(change.owner, c.owner),
                   expires_at = case
                     when change.expires is null then c.expires_at
                     when change.expires > 0 then to_timestamp(change.expires / 1000) + change.expires % 1000 * interval '1 ms'
                   end
              from unnest(?::text[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::text[])
                   as change (id, delta, state, expires, held, owner)
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
    private static final String RETURN_CODES = """
            update code c
               set state = 'available', seq = null
              from unnest(?::text[]) as returned (id)
             where c.id = returned.id and c.program = ? and c.state = 'delivered'
            """;
    private static final String FOLLOW = """
            insert into afterwards (cell, seq, status, deadline, state, returned, counted_until)
            select ?, now.seq, now.status,
                   case when now.deadline > 0 then to_timestamp(now.deadline / 1000) + now.deadline % 1000 * interval '1 ms' end,
                   now.state, now.returned::json,
                   case when now.counted > 0 then to_timestamp(now.counted / 1000) + now.counted % 1000 * interval '1 ms' end
              from unnest(?::bigint[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::bigint[])
                   as now (seq, status, deadline, state, returned, counted)
            on conflict (cell, seq) do update
               set status = excluded.status, state = excluded.state, returned = excluded.returned,
                   counted_until = excluded.counted_until
            """;
    private static final String DELIVER_CODES = """
            update code c
               set state = 'delivered', seq = delivered.seq
              from unnest(?::text[], ?::bigint[]) as delivered (id, seq)
             where c.id = delivered.id and c.program = ? and c.state = 'available'
            """;

    private static final String POOL_CODES = """
            update code c
               set pooled = now.place
              from unnest(?::text[], ?::bigint[]) as now (id, place)
             where c.id = now.id and c.program = ?
            """;

    /**
     * A run changes some thousand of many rows, each found by its key. By its estimates PostgreSQL would rather read all of a
     * cell's cards, with every run.
     */
    private static final String BY_KEY =
            "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_bitmapscan = off";

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
        findByKey();
        // First of the rows, because it tells whether the run was settled before.
        rows.transactions.send(connection);
        newCards(rows.newCards).send(connection);
        rows.transactionCards.send(connection);
        rows.postings.send(connection);
        updateCards(rows.cardChanges);
        new AccountsWriter(connection, cell).write(rows.accountChanges);
        updateItems(rows.itemChanges);
        changeCodes("staged codes", ADD_CODES, rows.codesAdded);
        changeCodes("delivered codes", RETURN_CODES, rows.codesReturned);
        deliverCodes(rows.codesDelivered);
        poolCodes(rows.codesPooled);
        follow(rows.afterwards);
        QuotasWriter.write(connection, cell, rows.quotas);
    }

    private void findByKey() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean unused = statement.execute(BY_KEY);
        }
    }

    private void follow(Map<Long, FactRows.Afterwards> afterwards) throws SQLException {
        if (afterwards.isEmpty()) {
            return;
        }
        Collection<FactRows.Afterwards> now = afterwards.values();
        try (PreparedStatement insert = connection.prepareStatement(FOLLOW)) {
            insert.setInt(1, cell);
            insert.setArray(2, numbers(afterwards.keySet().stream()));
            insert.setArray(
                    3, texts(now.stream().map(FactRows.Afterwards::status).toList()));
            insert.setArray(4, numbers(now.stream().map(FactRows.Afterwards::deadlineMs)));
            insert.setArray(
                    5, texts(now.stream().map(FactRows.Afterwards::state).toList()));
            insert.setArray(
                    6,
                    texts(now.stream()
                            .map(one -> new JsonObject(new TreeMap<>(one.returned())).encode())
                            .toList()));
            insert.setArray(7, numbers(now.stream().map(FactRows.Afterwards::countedUntilMs)));
            expect("redemptions that something followed", afterwards.size(), insert.executeUpdate());
        }
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
                "issued_seq",
                "held",
                "owner");
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
                .int8(card.issuedSequence)
                .int8(card.held)
                .text(card.owner));
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
            update.setArray(5, numbers(cards.values().stream().map(change -> change.held)));
            update.setArray(
                    6, texts(cards.values().stream().map(change -> change.owner).toList()));
            update.setInt(7, cell);
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

    private void changeCodes(String what, String sql, Collection<String> codes) throws SQLException {
        if (codes.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setArray(1, texts(codes));
            update.setString(2, program);
            expect(what, codes.size(), update.executeUpdate());
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

    private void poolCodes(Map<String, Long> codes) throws SQLException {
        if (codes.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(POOL_CODES)) {
            update.setArray(1, texts(codes.keySet()));
            update.setArray(2, numbers(codes.values().stream()));
            update.setString(3, program);
            expect("pooled codes", codes.size(), update.executeUpdate());
        }
    }

    private Array texts(Collection<? extends @Nullable String> values) throws SQLException {
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
