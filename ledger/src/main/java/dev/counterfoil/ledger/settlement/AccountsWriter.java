package dev.counterfoil.ledger.settlement;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a run did to holders' accounts. An account begins at nothing and then changes like one that was there: an insert
 * of a negative change would be refused although the sum is not negative.
 */
final class AccountsWriter {
    private static final String ADD_ACCOUNTS =
            "insert into account (cell, id) select ?, unnest(?::text[]) on conflict do nothing";
    private static final String SET_FLAGS = """
            update account a
               set frozen = coalesce(change.frozen, a.frozen), verified = coalesce(change.verified, a.verified)
              from unnest(?::text[], ?::boolean[], ?::boolean[]) as change (id, frozen, verified)
             where a.cell = ? and a.id = change.id
            """;
    private static final String ADD_BALANCES = """
            insert into account_balance (cell, account, asset)
            select ?, change.account, change.asset
              from unnest(?::text[], ?::text[]) as change (account, asset)
            on conflict do nothing
            """;
    private static final String UPDATE_BALANCES = """
            update account_balance b
               set balance = b.balance + change.delta, held = b.held + change.held,
                   lots = case when change.lots is null then b.lots else nullif(change.lots, '') end
              from unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::text[])
                   as change (account, asset, delta, held, lots)
             where b.cell = ? and b.account = change.account and b.asset = change.asset
            """;

    private final Connection connection;
    private final int cell;

    AccountsWriter(Connection connection, int cell) {
        this.connection = connection;
        this.cell = cell;
    }

    void write(Map<String, FactRows.AccountChange> changes) throws SQLException {
        if (changes.isEmpty()) {
            return;
        }
        List<String> ids = new ArrayList<>();
        List<@Nullable Boolean> frozen = new ArrayList<>();
        List<@Nullable Boolean> verified = new ArrayList<>();
        List<String> accounts = new ArrayList<>();
        List<String> assets = new ArrayList<>();
        List<Long> deltas = new ArrayList<>();
        List<Long> held = new ArrayList<>();
        List<@Nullable String> lots = new ArrayList<>();
        changes.forEach((id, change) -> {
            ids.add(id);
            frozen.add(change.frozen);
            verified.add(change.verified);
            change.balances.forEach((asset, balance) -> {
                accounts.add(id);
                assets.add(asset);
                deltas.add(balance.delta);
                held.add(balance.held);
                lots.add(balance.lots);
            });
        });
        execute(ADD_ACCOUNTS, cell, texts(ids));
        expect("accounts", ids.size(), execute(SET_FLAGS, texts(ids), flags(frozen), flags(verified), cell));
        if (!accounts.isEmpty()) {
            execute(ADD_BALANCES, cell, texts(accounts), texts(assets));
            int updated = execute(
                    UPDATE_BALANCES,
                    texts(accounts),
                    texts(assets),
                    connection.createArrayOf("bigint", deltas.toArray()),
                    connection.createArrayOf("bigint", held.toArray()),
                    connection.createArrayOf("text", lots.toArray()),
                    cell);
            expect("balances of accounts", accounts.size(), updated);
        }
    }

    @CanIgnoreReturnValue
    private int execute(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    private Object texts(List<String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray());
    }

    private Object flags(List<@Nullable Boolean> values) throws SQLException {
        return connection.createArrayOf("boolean", values.toArray());
    }

    private static void expect(String what, int expected, int found) {
        if (found != expected) {
            throw JournalFault.unknownRows(what, expected, found);
        }
    }
}
