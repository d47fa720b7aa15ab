package dev.counterfoil.ledger.settlement;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.postgres.PostgresUri;
import dev.counterfoil.ledger.settlement.SettledCards.Wanted;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the API reads from the books is found by an index: on tables of 60,000 rows a page reads a few hundred, and no table from
 * end to end. PostgreSQL's own counters tell what the queries as they are sent did.
 */
class IndexesIT {
    private static final int ROWS = 60_000;
    private static final int PAGE = 50;
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

    private static SettlementBench bench;

    /** One connection, so that its counters can be told to be written at once. */
    private static Database database;

    private static Cell cell;
    private static SettledBooks books;
    private static SettledCards cards;
    private static SettledAccounts accounts;

    @BeforeAll
    static void fill() {
        bench = new SettlementBench();
        cell = bench.program("demo");
        Cell other = bench.program("other");
        database = new Database(PostgresUri.of(bench.jdbcUri), 1);
        books = new SettledBooks(database);
        cards = new SettledCards(database, Clock.systemUTC());
        accounts = new SettledAccounts(database);
        Jdbi jdbi = bench.database.jdbi();
        for (int id = 1; id <= 2; id++) {
            int of = id;
            jdbi.useHandle(h -> {
                h.execute("""
                        insert into card (cell, id, api_id, number, card_type, asset, batch, face, balance, state, issued_seq, owner)
                        select ?, 'c' || lpad(n::text, 21, '0'), 'a' || lpad(n::text, 15, '0'), (1000000000000000 + n)::text, 'gift', 'CNY',
                               'bt_' || c.id || (n - 1) / 20000, 1000, 1000, case when n % 1000 = 7 then 'f' else 'a' end, n,
                               case when n % 100 = 0 then 'u' || n % 500 end
                          from generate_series(1, ?) n, (select ? as id) c
                        """, of, ROWS, of);
                h.execute("""
                        insert into transactions (cell, seq, at, type, client, idem, fingerprint, account, reference, data, result)
                        select ?, n, timestamptz '2026-11-01Z' + n * interval '1 second', case when n % 10 = 0 then 'issue' else 'redemption' end,
                               'cl', decode(md5(n::text), 'hex'), decode(md5(n::text), 'hex'), 'u' || n % 2000, 'r' || n,
                               '{"type":"redemption","durability":"durable"}', '{"at":1}'
                          from generate_series(1, ?) n
                        """, of, ROWS);
                h.execute(
                        "insert into transaction_card select ?, 'c' || lpad((n % 20000 + 1)::text, 21, '0'), n"
                                + " from generate_series(1, ?) n",
                        of, ROWS);
                h.execute(
                        "insert into afterwards select ?, n, case when n % 500 = 1 then 'held' else 'released' end, now(), case when n % 500 = 1 then '' else 'r' end, '{}'"
                                + " from generate_series(1, ?, 5) n",
                        of, ROWS);
            });
        }
        jdbi.useHandle(h -> h.execute("vacuum analyze"));
        assertThat(other).isNotEqualTo(cell);
    }

    @AfterAll
    static void close() {
        database.close();
        bench.close();
    }

    @Test
    void redemptions_by_any_filter_read_little_more_than_their_page() {
        Map<String, RedemptionQuery> queries = new LinkedHashMap<>();
        Instant from = START.plusSeconds(30_000);
        Instant until = START.plusSeconds(31_000);
        RedemptionQuery.Cursor cursor = new RedemptionQuery.Cursor(from.toEpochMilli(), 30_000);
        queries.put("all", query(null, null, null, null, null, null, null));
        queries.put("next page", query(null, null, null, null, null, null, cursor));
        queries.put("reference", query("r777", null, null, null, null, null, null));
        queries.put("account", query(null, "u77", null, null, null, null, null));
        queries.put("account, next page", query(null, "u77", null, null, null, null, cursor));
        queries.put("card", query(null, null, "a" + "0".repeat(12) + "077", null, null, null, null));
        queries.put("posted", query(null, null, null, "posted", null, null, null));
        queries.put("held", query(null, null, null, "held", null, null, null));
        queries.put("time", query(null, null, null, null, from, until, null));
        queries.put("time, next page", query(null, null, null, null, from.minusSeconds(900), null, cursor));
        queries.forEach((name, query) -> assertReadsLittle(name, () -> books.redemptions(cell, query)));
    }

    @Test
    void a_transaction_is_found_by_sequence_and_by_key_and_by_what_became_of_it() {
        byte[] key = bench.database
                .jdbi()
                .withHandle(h -> h.createQuery("select decode(md5('777'), 'hex')")
                        .mapTo(byte[].class)
                        .one());
        assertReadsLittle("sequence", () -> books.find(cell, 777));
        assertReadsLittle("key", () -> books.findByKey(cell, key));
        assertReadsLittle("standing", () -> books.standing(cell, 501));
    }

    @Test
    void cards_by_any_filter_read_little_more_than_their_page() {
        Map<String, Wanted> wanted = new LinkedHashMap<>();
        String number = Long.toString(1_000_000_000_000_000L + 30_000);
        wanted.put("all", new Wanted(null, null, null, null, null, PAGE));
        wanted.put("next page", new Wanted(null, null, null, null, number, PAGE));
        wanted.put("number", new Wanted(number, null, null, null, null, PAGE));
        wanted.put("batch", new Wanted(null, "bt_12", null, null, null, PAGE));
        wanted.put("batch, next page", new Wanted(null, "bt_12", null, null, number, PAGE));
        wanted.put("account", new Wanted(null, null, "u100", null, null, PAGE));
        wanted.put("active", new Wanted(null, null, null, "active", null, PAGE));
        wanted.put("frozen", new Wanted(null, null, null, "frozen", null, PAGE));
        wanted.put("frozen of a batch", new Wanted(null, "bt_12", null, "frozen", null, PAGE));
        wanted.put("void", new Wanted(null, null, null, "void", null, PAGE));
        wanted.put("expired", new Wanted(null, null, null, "expired", null, PAGE));
        wanted.forEach((name, one) -> assertReadsLittle(name, () -> cards.list(cell, one)));
        assertReadsLittle("id", () -> cards.find(cell, "a" + "0".repeat(12) + "077"));
        assertReadsLittle("range", () -> cards.range(cell, number, number, "", PAGE));
    }

    @Test
    void what_moved_a_card_or_an_account_is_found_by_it() {
        assertReadsLittle("card", () -> cards.transactions(cell, "c" + "0".repeat(18) + "077", 50_000, PAGE));
        assertReadsLittle("account", () -> accounts.transactions(cell, "u77", 50_000, PAGE));
    }

    private static RedemptionQuery query(
            @Nullable String reference,
            @Nullable String account,
            @Nullable String card,
            @Nullable String status,
            @Nullable Instant from,
            @Nullable Instant until,
            RedemptionQuery.@Nullable Cursor cursor) {
        return new RedemptionQuery(reference, account, card, status, from, until, cursor, PAGE);
    }

    private static void assertReadsLittle(String what, Supplier<? extends Future<?>> query) {
        long[] before = counters();
        Object found = await(query.get());
        long[] after = counters();
        assertThat(found).isNotNull();
        assertThat(after[0] - before[0])
                .as(what + ": tables read from end to end")
                .isZero();
        assertThat(after[1] - before[1]).as(what + ": rows read").isLessThan(40L * PAGE);
    }

    /** Reads of whole tables, and rows that were read by an index, of the tables that grow. */
    private static long[] counters() {
        await(database.call(h -> h.execute("select pg_stat_force_next_flush()")));
        Map<String, Object> row = bench.rows("""
                select sum(seq_scan)::bigint as scans, sum(idx_tup_fetch)::bigint as rows from pg_stat_user_tables
                 where relname in ('transactions', 'transaction_card', 'card', 'afterwards')
                """).get(0);
        return new long[] {((Number) row.get("scans")).longValue(), ((Number) row.get("rows")).longValue()};
    }
}
