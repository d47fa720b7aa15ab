package dev.counterfoil.ledger.books;

import dev.counterfoil.ledger.Cell;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** What PostgreSQL holds of a cell, read through one handle; in a snapshot when the caller opened one. */
final class BooksSide {
    /** Sequences that are counted by one statement. */
    private static final long SEQUENCES_A_COUNT = 5_000_000;

    private static final String SELECT_ACCOUNTS =
            "select b.account, b.asset, b.balance, b.held, coalesce(b.lots, '') as lots,"
                    + " case when a.frozen then 'f' else '' end || case when a.verified then 'v' else '' end as flags"
                    + " from account_balance b join account a on a.cell = b.cell and a.id = b.account where b.cell = :cell";

    private final Handle handle;

    BooksSide(Handle handle) {
        this.handle = handle;
    }

    record CellRow(int id, Cell cell, long settled) {}

    /** @param expiresAtMs 0 = never */
    record CardRow(String id, String apiId, long balance, String state, long held, long expiresAtMs, String owner) {}

    /**
     * A counter of a limit.
     *
     * @param expiresAtMs 0 = never
     * @param sequence of the transaction that moved it last, 0 where that is not known
     */
    record QuotaRow(String key, long used, long expiresAtMs, long sequence) {}

    /** What a holder has of an asset, with the flags of his account. */
    record AccountRow(String account, String asset, long balance, String flags, long held, String lots) {}

    record ItemRow(String sku, long units, long codes, long available) {}

    /** What a posting after some sequence gave to an account, negative when it took. */
    record Movement(long sequence, long amount) {}

    /** What moved of an asset from one account to another; all cards are the account {@code card}, all holders' accounts
     * the account {@code account}, and what is held of either {@code held}. */
    record Flow(String asset, String debit, String credit, BigInteger amount) {}

    /** The cells of {@code program}, of all programs for an empty text. */
    List<CellRow> cells(String program) {
        return handle.createQuery("select id, program, index, settled_seq from cell"
                        + " where :program = '' or program = :program order by program, index")
                .bind("program", program)
                .map((row, context) -> cellRow(row))
                .list();
    }

    CellRow cell(int id) {
        return handle.createQuery("select id, program, index, settled_seq from cell where id = :id")
                .bind("id", id)
                .map((row, context) -> cellRow(row))
                .one();
    }

    /** Ids of cards in their order, after {@code id}. */
    List<String> cardsAfter(int cell, String id, int most) {
        return handle.createQuery("select id from card where cell = :cell and id > :id order by id limit :most")
                .bind("cell", cell)
                .bind("id", id)
                .bind("most", most)
                .mapTo(String.class)
                .list();
    }

    /** The cards from the id {@code first} to {@code last}, both included. */
    Map<String, CardRow> cardsBetween(int cell, String first, String last) {
        Map<String, CardRow> cards = new HashMap<>();
        handle.createQuery("select id, api_id, balance, state, held, coalesce(owner, '') as owner,"
                        + " coalesce((extract(epoch from expires_at) * 1000)::bigint, 0) as expires"
                        + " from card where cell = :cell and id >= :first and id <= :last")
                .bind("cell", cell)
                .bind("first", first)
                .bind("last", last)
                .map((row, context) -> cardRow(row))
                .forEach(card -> cards.put(card.id(), card));
        return cards;
    }

    /** Those of {@code ids} that are cards. */
    Set<String> known(int cell, List<String> ids) {
        return new HashSet<>(handle.createQuery("select id from card where cell = :cell and id = any(:ids)")
                .bind("cell", cell)
                .bindArray("ids", String.class, ids)
                .mapTo(String.class)
                .list());
    }

    /** Whether an account was part of a transaction after {@code sequence}. */
    boolean accountMovedAfter(int cell, String account, long sequence) {
        return handle.createQuery("select exists (select from transactions"
                        + " where cell = :cell and account = :account and seq > :seq)")
                .bind("cell", cell)
                .bind("account", account)
                .bind("seq", sequence)
                .mapTo(Boolean.class)
                .one();
    }

    /** Balances in their order, after that of {@code account} in {@code asset}. */
    List<AccountRow> accountsAfter(int cell, String account, String asset, int most) {
        return handle.createQuery(SELECT_ACCOUNTS + " and (b.account, b.asset) > (:account, :asset)"
                        + " order by b.account, b.asset limit :most")
                .bind("cell", cell)
                .bind("account", account)
                .bind("asset", asset)
                .bind("most", most)
                .map((row, context) -> accountRow(row))
                .list();
    }

    /** The balances from {@code first} to {@code last}, both included. */
    List<AccountRow> accountsBetween(int cell, AccountRow first, AccountRow last) {
        return handle.createQuery(SELECT_ACCOUNTS + " and (b.account, b.asset) >= (:account, :asset)"
                        + " and (b.account, b.asset) <= (:lastAccount, :lastAsset) order by b.account, b.asset")
                .bind("cell", cell)
                .bind("account", first.account())
                .bind("asset", first.asset())
                .bind("lastAccount", last.account())
                .bind("lastAsset", last.asset())
                .map((row, context) -> accountRow(row))
                .list();
    }

    private static AccountRow accountRow(ResultSet row) throws SQLException {
        return new AccountRow(
                row.getString("account"),
                row.getString("asset"),
                row.getLong("balance"),
                row.getString("flags"),
                row.getLong("held"),
                row.getString("lots"));
    }

    /** Keys of counters in their order, after {@code key}. */
    List<String> quotasAfter(int cell, String key, int most) {
        return handle.createQuery("select key from quota where cell = :cell and key > :key order by key limit :most")
                .bind("cell", cell)
                .bind("key", key)
                .bind("most", most)
                .mapTo(String.class)
                .list();
    }

    List<QuotaRow> quotas(int cell, List<String> keys) {
        return handle.createQuery("select key, used, seq,"
                        + " coalesce((extract(epoch from expires_at) * 1000)::bigint, 0) as expires"
                        + " from quota where cell = :cell and key = any(:keys)")
                .bind("cell", cell)
                .bindArray("keys", String.class, keys)
                .map((row, context) -> new QuotaRow(
                        row.getString("key"), row.getLong("used"), row.getLong("expires"), row.getLong("seq")))
                .list();
    }

    /** The sequences of holds that are open, in their order, after {@code sequence}. */
    List<Long> openHoldsAfter(int cell, long sequence, int most) {
        return handle.createQuery("select seq from afterwards where cell = :cell and status = 'held' and seq > :seq"
                        + " order by seq limit :most")
                .bind("cell", cell)
                .bind("seq", sequence)
                .bind("most", most)
                .mapTo(Long.class)
                .list();
    }

    /** The deadlines in ms of those of {@code sequences} that are holds and open. */
    Map<Long, Long> openHolds(int cell, List<Long> sequences) {
        Map<Long, Long> holds = new HashMap<>();
        handle.createQuery("select seq, (extract(epoch from deadline) * 1000)::bigint as deadline"
                        + " from afterwards where cell = :cell and status = 'held' and seq = any(:sequences)")
                .bind("cell", cell)
                .bind("sequences", sequences.stream().mapToLong(Long::longValue).toArray())
                .map((row, context) -> Map.entry(row.getLong("seq"), row.getLong("deadline")))
                .forEach(hold -> holds.put(hold.getKey(), hold.getValue()));
        return holds;
    }

    /** How many cards the cell has. */
    long cardCount(int cell) {
        return handle.createQuery("select count(*) from card where cell = :cell")
                .bind("cell", cell)
                .mapTo(Long.class)
                .one();
    }

    List<ItemRow> items(String program) {
        return handle.createQuery("select i.sku, i.units, i.codes,"
                        + " (select count(*) from code c where c.program = i.program and c.sku = i.sku"
                        + "  and c.state = 'available') as available"
                        + " from item i where i.program = :program order by i.sku")
                .bind("program", program)
                .map((row, context) -> new ItemRow(
                        row.getString("sku"), row.getLong("units"), row.getLong("codes"), row.getLong("available")))
                .list();
    }

    /** Whether a card was part of a transaction after {@code sequence}. */
    boolean movedAfter(int cell, String card, long sequence) {
        return handle.createQuery("select exists (select from transaction_card"
                        + " where cell = :cell and card = :card and seq > :seq)")
                .bind("cell", cell)
                .bind("card", card)
                .bind("seq", sequence)
                .mapTo(Boolean.class)
                .one();
    }

    /** By account, what every posting after {@code sequence} gave and took. */
    Map<String, List<Movement>> movementsAfter(int cell, long sequence) {
        Map<String, List<Movement>> movements = new HashMap<>();
        Optional<OffsetDateTime> from = handle.createQuery(
                        "select min(at) from transactions where cell = :cell and seq > :seq")
                .bind("cell", cell)
                .bind("seq", sequence)
                .mapTo(OffsetDateTime.class)
                .findOne();
        if (from.isEmpty()) {
            return movements;
        }
        handle.createQuery("select seq, debit, credit, amount from posting"
                        + " where at >= :from and cell = :cell and seq > :seq")
                .bind("from", from.get())
                .bind("cell", cell)
                .bind("seq", sequence)
                .map((row, context) -> {
                    long seq = row.getLong("seq");
                    long amount = row.getLong("amount");
                    movement(movements, row.getString("debit"), new Movement(seq, -amount));
                    movement(movements, row.getString("credit"), new Movement(seq, amount));
                    return seq;
                })
                .forEach(seq -> {});
        return movements;
    }

    /** Something that dead letters move, as people name it, and the first sequence that does. */
    record Dead(String object, long sequence) {}

    /** What dead letters of a cell move. */
    List<Dead> dead(int cell) {
        return handle.createQuery("select coalesce('card_' || c.api_id, d.object) as object, min(d.seq) as seq"
                        + " from dead_letter_object d left join card c on c.cell = d.cell and 'card:' || c.id = d.object"
                        + " where d.cell = :cell group by 1 order by 2, 1")
                .bind("cell", cell)
                .map((row, context) -> new Dead(row.getString("object"), row.getLong("seq")))
                .list();
    }

    /** Those of {@code objects} that dead letters move; see {@link dev.counterfoil.ledger.settlement.TouchedObjects}. */
    Set<String> dead(int cell, Collection<String> objects) {
        return Set.copyOf(handle.createQuery("select distinct object from dead_letter_object"
                        + " where cell = :cell and object = any(:objects)")
                .bind("cell", cell)
                .bindArray("objects", String.class, List.copyOf(objects))
                .mapTo(String.class)
                .list());
    }

    /** The first sequence of 1..{@code settled} that has neither a transaction nor a dead letter, 0 when all have; −1 when there are some beyond. */
    long firstMissing(int cell, long settled) {
        for (long from = 1; from <= settled; from += SEQUENCES_A_COUNT) {
            long to = Math.min(settled, from + SEQUENCES_A_COUNT - 1);
            long count = count(cell, from, to);
            while (count < to - from + 1 && from < to) {
                long middle = (from + to) / 2;
                long lower = count(cell, from, middle);
                boolean inLower = lower < middle - from + 1;
                count = inLower ? lower : count(cell, middle + 1, to);
                from = inLower ? from : middle + 1;
                to = inLower ? middle : to;
            }
            if (count < to - from + 1) {
                return from;
            }
        }
        return count(cell, settled + 1, Long.MAX_VALUE) > 0 ? -1 : 0;
    }

    /** Σ of the cards' balances by asset. */
    Map<String, BigInteger> cardBalances(int cell) {
        return balances(cell, "card");
    }

    /** Σ of the balances of holders' accounts by asset. */
    Map<String, BigInteger> accountBalances(int cell) {
        return balances(cell, "account_balance");
    }

    /** Σ of what is set aside of either by asset. */
    Map<String, BigInteger> held(int cell) {
        Map<String, BigInteger> held = sums(cell, "card", "held");
        sums(cell, "account_balance", "held").forEach((asset, sum) -> held.merge(asset, sum, BigInteger::add));
        return held;
    }

    private Map<String, BigInteger> balances(int cell, String table) {
        return sums(cell, table, "balance");
    }

    private Map<String, BigInteger> sums(int cell, String table, String column) {
        Map<String, BigInteger> sums = new HashMap<>();
        handle.createQuery(
                        "select asset, sum(" + column + ") as sum from " + table + " where cell = :cell group by asset")
                .bind("cell", cell)
                .map((row, context) -> Map.entry(row.getString("asset"), sum(row, "sum")))
                .forEach(sum -> sums.put(sum.getKey(), sum.getValue()));
        return sums;
    }

    /** Everything that was ever posted in a cell, summed up; a day at a time, so that no statement runs long. */
    List<Flow> flows(int cell) {
        List<Flow> flows = new ArrayList<>();
        Optional<OffsetDateTime> first = moment("min", cell);
        Optional<OffsetDateTime> last = moment("max", cell);
        if (first.isEmpty() || last.isEmpty()) {
            return flows;
        }
        LocalDate end = last.get().withOffsetSameInstant(ZoneOffset.UTC).toLocalDate();
        for (LocalDate day = first.get().withOffsetSameInstant(ZoneOffset.UTC).toLocalDate();
                !day.isAfter(end);
                day = day.plusDays(1)) {
            handle.createQuery("select asset, " + kind("debit") + " as debit, " + kind("credit") + " as credit,"
                            + " sum(amount) as amount from posting"
                            + " where at >= :from and at < :until and cell = :cell group by 1, 2, 3")
                    .bind("from", day.atStartOfDay().atOffset(ZoneOffset.UTC))
                    .bind("until", day.plusDays(1).atStartOfDay().atOffset(ZoneOffset.UTC))
                    .bind("cell", cell)
                    .map((row, context) -> new Flow(
                            row.getString("asset"),
                            row.getString("debit"),
                            row.getString("credit"),
                            sum(row, "amount")))
                    .forEach(flows::add);
        }
        return flows;
    }

    private static String kind(String side) {
        return "case when " + side + " like 'card:%' then 'card' when " + side
                + " like 'account:%' then 'account' when " + side + " like 'held:%' then 'held' else " + side + " end";
    }

    /** A sum of numbers that fit a long need not. */
    private static BigInteger sum(ResultSet row, String column) throws SQLException {
        return row.getBigDecimal(column).toBigIntegerExact();
    }

    private Optional<OffsetDateTime> moment(String edge, int cell) {
        return handle.createQuery("select " + edge + "(at) from transactions where cell = :cell")
                .bind("cell", cell)
                .mapTo(OffsetDateTime.class)
                .findOne();
    }

    private long count(int cell, long from, long to) {
        return handle.createQuery(
                        "select (select count(*) from transactions where cell = :cell and seq between :from and :to)"
                                + " + (select count(*) from dead_letter where cell = :cell and seq between :from and :to)")
                .bind("cell", cell)
                .bind("from", from)
                .bind("to", to)
                .mapTo(Long.class)
                .one();
    }

    private static void movement(Map<String, List<Movement>> movements, String account, Movement movement) {
        movements.computeIfAbsent(account, any -> new ArrayList<>()).add(movement);
    }

    private static CellRow cellRow(ResultSet row) throws SQLException {
        return new CellRow(
                row.getInt("id"), new Cell(row.getString("program"), row.getInt("index")), row.getLong("settled_seq"));
    }

    private static CardRow cardRow(ResultSet row) throws SQLException {
        return new CardRow(
                row.getString("id"),
                row.getString("api_id"),
                row.getLong("balance"),
                row.getString("state"),
                row.getLong("held"),
                row.getLong("expires"),
                row.getString("owner"));
    }
}
