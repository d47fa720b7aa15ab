package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.postgres.Database;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Reads cards and what moved them from the books, which lack the last tenth of a second. Thread-safe. */
public final class SettledCards {
    private static final String CELL = "(select id from cell where program = :program and index = :index)";
    private static final String SELECT =
            "select id, api_id, number, card_type || ':' || asset as token, state, balance, held, owner, expires_at, batch from card"
                    + " where cell = " + CELL;

    private final Database database;
    private final Clock clock;

    public SettledCards(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** @param batch that the card was made in */
    public record SettledCard(Card card, @Nullable String batch) {}

    /**
     * Which cards to list, by number. Every condition that is not null must hold.
     *
     * @param account that it belongs to
     * @param state one of {@code inactive active frozen void expired}
     * @param after the number that the page before ended with
     */
    public record Wanted(
            @Nullable String number,
            @Nullable String batch,
            @Nullable String account,
            @Nullable String state,
            @Nullable String after,
            int limit) {}

    /** At most {@code limit} cards, by number. */
    public Future<List<SettledCard>> list(Cell cell, Wanted wanted) {
        StringBuilder sql = new StringBuilder(SELECT);
        sql.append(wanted.number() == null ? "" : " and number = :number");
        sql.append(wanted.batch() == null ? "" : " and batch = :batch");
        sql.append(wanted.account() == null ? "" : " and owner = :account");
        sql.append(wanted.after() == null ? "" : " and number > :after");
        sql.append(wanted.state() == null ? "" : inState(wanted.state()));
        sql.append(" order by number limit :limit");
        return database.call(handle -> {
            Query query = query(handle, cell, sql.toString()).bind("limit", wanted.limit());
            bind(query, "number", wanted.number());
            bind(query, "batch", wanted.batch());
            bind(query, "account", wanted.account());
            bind(query, "after", wanted.after());
            return cards(query);
        });
    }

    /** The card of that id in the API, without {@code card_}. */
    public Future<Optional<SettledCard>> find(Cell cell, String apiId) {
        return database.call(handle ->
                cards(query(handle, cell, SELECT + " and api_id = :id").bind("id", apiId)).stream()
                        .findFirst());
    }

    /** At most {@code limit} cards with numbers from {@code from} to {@code to}, both included, and after {@code after}. */
    public Future<List<SettledCard>> range(Cell cell, String from, String to, String after, int limit) {
        String sql = SELECT + " and number between :from and :to and number > :after and length(number) = length(:from)"
                + " order by number limit :limit";
        return database.call(handle -> cards(query(handle, cell, sql)
                .bind("from", from)
                .bind("to", to)
                .bind("after", after)
                .bind("limit", limit)));
    }

    /** How many cards {@link #range} would give, counted no further than {@code most}. */
    public Future<Integer> count(Cell cell, String from, String to, int most) {
        String sql = "select count(*) from (select 1 from card where cell = " + CELL
                + " and number between :from and :to and length(number) = length(:from) limit :most) as found";
        return database.call(handle -> query(handle, cell, sql)
                .bind("from", from)
                .bind("to", to)
                .bind("most", most)
                .mapTo(Integer.class)
                .one());
    }

    /**
     * What moved a card, its making included, newest first.
     *
     * @param card the ledger's id
     * @param before only transactions with a sequence below
     */
    public Future<List<JournaledTransaction>> transactions(Cell cell, String card, long before, int limit) {
        String sql = "select t.seq, t.data, t.result from transactions t join (select seq from transaction_card"
                + " where cell = " + CELL + " and card = :card union select issued_seq from card where cell = " + CELL
                + " and id = :card) moved on moved.seq = t.seq where t.cell = " + CELL
                + " and moved.seq < :before order by t.seq desc limit :limit";
        return database.call(handle -> query(handle, cell, sql)
                .bind("card", card)
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> new JournaledTransaction(
                        cell,
                        row.getLong("seq"),
                        new JsonObject(row.getString("data")),
                        new JsonObject(row.getString("result"))))
                .list());
    }

    private static String inState(String state) {
        String past = "(expires_at is not null and expires_at <= now())";
        return switch (state) {
            case "void" -> " and state = 'v'";
            case "expired" -> " and state <> 'v' and " + past;
            default ->
                " and state = '"
                        + CardState.valueOf(state.toUpperCase(Locale.ROOT)).letter() + "' and not " + past;
        };
    }

    private List<SettledCard> cards(Query query) {
        return query.map((row, context) -> card(row, clock.millis())).list();
    }

    private static SettledCard card(ResultSet row, long nowMs) throws SQLException {
        Timestamp expires = row.getTimestamp("expires_at");
        Card card = new Card(
                row.getString("id"),
                row.getString("api_id"),
                row.getString("number"),
                row.getString("token"),
                CardState.of(row.getString("state").charAt(0)),
                row.getLong("balance"),
                row.getLong("held"),
                row.getString("owner"),
                expires == null ? 0 : expires.getTime(),
                nowMs);
        return new SettledCard(card, row.getString("batch"));
    }

    private static Query query(Handle handle, Cell cell, String sql) {
        return handle.createQuery(sql).bind("program", cell.program()).bind("index", cell.index());
    }

    private static void bind(Query query, String name, @Nullable String value) {
        if (value != null) {
            query.bind(name, value);
        }
    }
}
