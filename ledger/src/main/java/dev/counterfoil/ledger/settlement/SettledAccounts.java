package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.postgres.Database;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Reads what holders' accounts took part in from the books, which lack the last tenth of a second. Thread-safe. */
public final class SettledAccounts {
    private final Database database;

    public SettledAccounts(Database database) {
        this.database = database;
    }

    /**
     * The transactions of an account, whoever paid, newest first.
     *
     * @param before only transactions with a sequence below
     */
    public Future<List<JournaledTransaction>> transactions(Cell cell, String account, long before, int limit) {
        String sql = "select seq, data, result from transactions"
                + " where cell = (select id from cell where program = :program and index = :index)"
                + " and account = :account and seq < :before order by seq desc limit :limit";
        return database.call(handle -> handle.createQuery(sql)
                .bind("program", cell.program())
                .bind("index", cell.index())
                .bind("account", account)
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> new JournaledTransaction(
                        cell,
                        row.getLong("seq"),
                        new JsonObject(row.getString("data")),
                        new JsonObject(row.getString("result"))))
                .list());
    }
}
