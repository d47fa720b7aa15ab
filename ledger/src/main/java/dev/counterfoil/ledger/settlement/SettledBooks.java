package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.SettledTransactions;
import dev.counterfoil.ledger.postgres.Database;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Reads settled transactions from PostgreSQL. What is journaled but not settled yet, usually the last tenth of a second, is not
 * found here. Futures fail with {@link dev.counterfoil.ledger.postgres.DatabaseUnavailable} while PostgreSQL is away.
 */
public final class SettledBooks implements SettledTransactions {
    private static final String SELECT = "select t.seq, t.at, t.data, t.result from transactions t";

    /** A scalar, not a join: with a known cell the indexes also give the order. */
    private static final String OF_CELL =
            " where t.cell = (select id from cell where program = :program and index = :index)";

    /** Of what cannot be read nothing but its own sequence is known. */
    private static final String MAY_FOLLOW = "select exists (select from dead_letter t" + OF_CELL
            + " and t.seq > :seq and (exists (select from dead_letter_object o"
            + " where o.cell = t.cell and o.seq = t.seq and o.object = 'transaction:' || :seq)"
            + " or not exists (select from dead_letter_object o"
            + " where o.cell = t.cell and o.seq = t.seq and o.object <> 'transaction:' || t.seq)))";

    private final Database database;
    private final BooleanSupplier keeps;

    /** Books of which {@code keeps} tells whether PostgreSQL keeps what it commits: otherwise nothing is called settled. */
    public SettledBooks(Database database, BooleanSupplier keeps) {
        this.database = database;
        this.keeps = keeps;
    }

    /** Books that are taken to keep what they hold. */
    public SettledBooks(Database database) {
        this(database, () -> true);
    }

    @Override
    public Future<Optional<JournaledTransaction>> find(Cell cell, long sequence) {
        return database.call(handle -> query(handle, cell, SELECT + OF_CELL + " and t.seq = :seq")
                .bind("seq", sequence)
                .map((row, context) -> transaction(cell, row))
                .findOne()
                .or(() -> deadLetter(handle, cell, sequence)));
    }

    /** What was answered is answered again, also while the books lack it. */
    private static Optional<JournaledTransaction> deadLetter(Handle handle, Cell cell, long sequence) {
        String sql = "select t.data, t.result from dead_letter t" + OF_CELL + " and t.seq = :seq";
        try {
            return query(handle, cell, sql)
                    .bind("seq", sequence)
                    .map((row, context) -> new JournaledTransaction(
                            cell, sequence, json(row.getBytes("data")), json(row.getBytes("result"))))
                    .findOne();
        } catch (DecodeException unreadable) {
            return Optional.empty();
        }
    }

    private static JsonObject json(byte[] text) {
        return new JsonObject(new String(text, StandardCharsets.UTF_8));
    }

    /** The last settled sequence of every cell that has one: what Redis must not have forgotten. */
    public Future<Map<Cell, Long>> settledSequences() {
        return sequences("settled_seq > 0");
    }

    /** The same of the cells without dead letters: everything up to it is in the books. */
    public Future<Map<Cell, Long>> wholeSequences() {
        return sequences("settled_seq > 0 and dead_letters = 0");
    }

    private Future<Map<Cell, Long>> sequences(String condition) {
        return database.call(handle -> {
            Map<Cell, Long> sequences = new HashMap<>();
            handle.createQuery("select program, index, settled_seq from cell where " + condition)
                    .map((row, context) -> Map.entry(
                            new Cell(row.getString("program"), row.getInt("index")), row.getLong("settled_seq")))
                    .forEach(settled -> sequences.put(settled.getKey(), settled.getValue()));
            return sequences;
        });
    }

    /**
     * The newest transaction posted under an idempotency key: what a request was answered after its record lapsed. Fails with
     * {@link LedgerFault.Unavailable} where it may be a dead letter, of which nobody may say that it was not posted.
     */
    public Future<Optional<JournaledTransaction>> findByKey(Cell cell, byte[] record) {
        String sql = SELECT + OF_CELL + " and t.idem = :idem order by t.seq desc limit 1";
        return database.call(handle -> {
            Optional<JournaledTransaction> found = query(handle, cell, sql)
                    .bind("idem", record)
                    .map((row, context) -> transaction(cell, row))
                    .findOne();
            if (found.isEmpty() && hasDeadLetters(handle, cell)) {
                throw new LedgerFault.Unavailable(
                        "the books of cell " + cell + " lack dead letters, one of which may have this key");
            }
            return found;
        });
    }

    private static boolean hasDeadLetters(Handle handle, Cell cell) {
        String sql =
                "select exists (select from cell where program = :program and index = :index and dead_letters > 0)";
        return query(handle, cell, sql).mapTo(Boolean.class).one();
    }

    /** The redemptions of {@code cell} that {@code query} asks for, newest first. */
    public Future<RedemptionPage> redemptions(Cell cell, RedemptionQuery query) {
        return database.call(handle -> {
            List<Row> rows = bind(query(handle, cell, sql(query)), query)
                    .map((row, context) -> new Row(row.getTimestamp("at").getTime(), redemption(cell, row)))
                    .list();
            boolean more = rows.size() > query.limit();
            List<Row> page = more ? rows.subList(0, query.limit()) : rows;
            return new RedemptionPage(
                    page.stream().map(Row::redemption).toList(),
                    more ? page.get(page.size() - 1).cursor() : null);
        });
    }

    /** Only the conditions that are asked for, so that each combination is planned with the index that serves it. */
    private static String sql(RedemptionQuery query) {
        StringBuilder sql = new StringBuilder("select t.seq, t.at, t.data, t.result, f.status, f.state, f.returned"
                + " from transactions t left join afterwards f on f.cell = t.cell and f.seq = t.seq");
        if (query.card() != null) {
            sql.append(
                    " join card on card.cell = t.cell and card.api_id = :card"
                            + " join transaction_card moved on moved.cell = t.cell and moved.card = card.id and moved.seq = t.seq");
        }
        sql.append(OF_CELL).append(" and t.type = 'redemption'");
        condition(
                sql,
                query.status(),
                "posted".equals(query.status())
                        // Not "f.status is null or": PostgreSQL would expect that of no row, and read them all.
                        ? "not exists (select from afterwards a"
                                + " where a.cell = t.cell and a.seq = t.seq and a.status <> :status)"
                        : "f.status = :status and t.seq in"
                                + " (select a.seq from afterwards a where a.cell = t.cell and a.status = :status)");
        condition(sql, query.reference(), "t.reference = :reference");
        condition(sql, query.account(), "t.account = :account");
        condition(sql, query.from(), "t.at >= :from");
        condition(sql, query.until(), "t.at < :until");
        condition(sql, query.cursor(), "t.at <= :cursorAt and (t.at, t.seq) < (:cursorAt, :cursorSeq)");
        return sql.append(" order by t.at desc, t.seq desc limit :limit").toString();
    }

    private static void condition(StringBuilder sql, @Nullable Object value, String condition) {
        if (value != null) {
            sql.append(" and ").append(condition);
        }
    }

    private static Query bind(Query statement, RedemptionQuery query) {
        bind(statement, "status", query.status());
        bind(statement, "reference", query.reference());
        bind(statement, "account", query.account());
        bind(statement, "card", query.card());
        bind(statement, "from", at(query.from()));
        bind(statement, "until", at(query.until()));
        RedemptionQuery.Cursor cursor = query.cursor();
        if (cursor != null) {
            bind(statement, "cursorAt", at(Instant.ofEpochMilli(cursor.atMs())));
            bind(statement, "cursorSeq", cursor.sequence());
        }
        return statement.bind("limit", query.limit() + 1);
    }

    private static void bind(Query statement, String name, @Nullable Object value) {
        if (value != null) {
            statement.bind(name, value);
        }
    }

    private static @Nullable Object at(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    private static Query query(Handle handle, Cell cell, String sql) {
        return handle.createQuery(sql).bind("program", cell.program()).bind("index", cell.index());
    }

    private JournaledTransaction transaction(Cell cell, ResultSet row) throws SQLException {
        JournaledTransaction posted = new JournaledTransaction(
                cell,
                row.getLong("seq"),
                new JsonObject(row.getString("data")),
                new JsonObject(row.getString("result")));
        return posted.wantsSettled() && keeps.getAsBoolean() ? posted.asSettled() : posted;
    }

    private RedemptionPage.Redemption redemption(Cell cell, ResultSet row) throws SQLException {
        String status = row.getString("status");
        return new RedemptionPage.Redemption(
                transaction(cell, row),
                status == null ? Became.POSTED : counted(row).became());
    }

    private static Counted counted(ResultSet row) throws SQLException {
        SortedMap<String, Long> returned = new TreeMap<>();
        JsonObject parts = new JsonObject(row.getString("returned"));
        parts.fieldNames().forEach(part -> returned.put(part, parts.getLong(part)));
        return new Counted(row.getString("status"), row.getString("state"), returned);
    }

    /**
     * What became of a redemption, or nothing when nothing followed it and it was not held. Fails with
     * {@link LedgerFault.Unavailable} where a dead letter follows it, or may: the books then tell what it was before.
     */
    public Future<Optional<Became>> became(Cell cell, long sequence) {
        return database.call(handle -> {
            if (hasDeadLetters(handle, cell) && mayFollow(handle, cell, sequence)) {
                throw new LedgerFault.Unavailable("the books of cell " + cell
                        + " lack dead letters, one of which may follow transaction " + sequence);
            }
            return standing(handle, cell, sequence).map(Counted::became);
        });
    }

    /** Whether a dead letter moves that redemption, or nobody can read what it moves. */
    private static boolean mayFollow(Handle handle, Cell cell, long sequence) {
        return query(handle, cell, MAY_FOLLOW)
                .bind("seq", sequence)
                .mapTo(Boolean.class)
                .one();
    }

    /** What was counted of what followed a redemption, or nothing when nothing did and it was not held. */
    public Future<Optional<Counted>> standing(Cell cell, long sequence) {
        return database.call(handle -> standing(handle, cell, sequence));
    }

    private static Optional<Counted> standing(Handle handle, Cell cell, long sequence) {
        String sql = "select status, state, returned from afterwards t" + OF_CELL + " and t.seq = :seq";
        return query(handle, cell, sql)
                .bind("seq", sequence)
                .map((row, context) -> counted(row))
                .findOne();
    }

    /**
     * As the settled books have it.
     *
     * @param state as the count in Redis kept it
     * @param returned by part, empty where nothing was given back yet
     */
    public record Counted(String status, String state, SortedMap<String, Long> returned) {
        Became became() {
            return status.equals("held") ? Became.HELD : Became.of(state, returned);
        }
    }

    private record Row(long atMs, RedemptionPage.Redemption redemption) {
        RedemptionQuery.Cursor cursor() {
            return new RedemptionQuery.Cursor(atMs, redemption.transaction().sequence());
        }
    }
}
