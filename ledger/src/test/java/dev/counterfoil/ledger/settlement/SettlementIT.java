package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.ledger.Cell;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the books hold after hand-written journals were settled. */
class SettlementIT {
    private SettlementBench bench;
    private Cell cell;
    private HandWrittenJournal journal;

    @BeforeEach
    void open() {
        bench = new SettlementBench();
        cell = bench.program("demo");
        journal = new HandWrittenJournal(bench.redis, cell);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void every_kind_of_leg_reaches_the_books() {
        bench.stageCodes(cell, "cd_1", "cd_2", "cd_3");
        journal.issue(1, 1000);
        journal.issue(2, 500);
        journal.flush();
        journal.stock("crab", 10);
        journal.redeem(1, 300, "crab", "u_1", "A1");
        journal.redeem(1, 200, "crab", "u_1", "A2");
        journal.addCodes("video", "cd_1", "cd_2");
        journal.takeCode("video", "cd_1");
        journal.voidCard(2);
        journal.stock("crab", -3);
        journal.flush();
        settle();

        assertThat(bench.rows("select id, balance, state, face, issued_seq from card order by id"))
                .extracting(row -> row.get("balance"), row -> row.get("state"), row -> row.get("issued_seq"))
                .containsExactly(tuple(500L, "a", 1L), tuple(0L, "v", 2L));
        assertThat(bench.rows("select sku, units, codes from item order by sku"))
                .extracting(row -> row.get("units"), row -> row.get("codes"))
                .containsExactly(tuple(5L, 0L), tuple(0L, 1L));
        assertThat(bench.rows("select id, state, seq from code order by id"))
                .extracting(row -> row.get("state"), row -> row.get("seq"))
                .containsExactly(tuple("delivered", 7L), tuple("available", null), tuple("staged", null));
        assertThat(bench.rows("select seq, n, debit, credit, asset, amount from posting order by seq, n"))
                .extracting(row -> row.get("seq") + " " + row.get("n") + " " + row.get("debit") + " > "
                        + row.get("credit") + " " + row.get("amount") + " " + row.get("asset"))
                .containsExactly(
                        "1 0 issued > card:" + HandWrittenJournal.card(1) + " 1000 CNY",
                        "2 0 issued > card:" + HandWrittenJournal.card(2) + " 500 CNY",
                        "3 0 stock-in > stock:crab 10 unit:crab",
                        "4 0 card:" + HandWrittenJournal.card(1) + " > redeemed 300 CNY",
                        "4 1 stock:crab > sold 1 unit:crab",
                        "5 0 card:" + HandWrittenJournal.card(1) + " > redeemed 200 CNY",
                        "5 1 stock:crab > sold 1 unit:crab",
                        "6 0 codes-in > codes:video 2 code:video",
                        "7 0 codes:video > delivered 1 code:video",
                        "8 0 card:" + HandWrittenJournal.card(2) + " > void 500 CNY",
                        "9 0 stock:crab > stock-in 3 unit:crab");
        assertThat(bench.rows("select card, seq from transaction_card order by seq"))
                .extracting(row -> row.get("seq"))
                .containsExactly(4L, 5L, 8L);
    }

    private static JsonArray array(String json) {
        return new JsonArray(json.replace('\'', '"'));
    }

    private void journaled(String type, String legs, String results) {
        List<JsonArray> all = array(legs).stream().map(JsonArray.class::cast).toList();
        List<JsonArray> became =
                array(results).stream().map(JsonArray.class::cast).toList();
        journal.add(type, new JsonObject().put("account", "u"), all, became);
        journal.flush();
    }

    @Test
    void lots_attributes_and_holds_reach_the_books() {
        journaled(
                "adjustment",
                "[['account','u','points',1,'','','','family','f1','tier','gold']]",
                "[[300,300,'1000:-:300;',0,'1000:-:300;']]");
        journaled(
                "redemption",
                "[['account','u','points',-1,'','','+','family',''],['hold',60000]]",
                "[[100,150,'1000:-:100;',50,'1000:-:150;'],[]]");
        settle();
        assertThat(bench.rows("select balance, held, lots from account_balance"))
                .isEqualTo(List.of(Map.of("balance", 150L, "held", 100L, "lots", "1000:-:150;")));
        assertThat(bench.rows("select seq, status, state from afterwards"))
                .isEqualTo(List.of(Map.of("seq", 2L, "status", "held", "state", "")));
        journaled(
                "capture",
                "[['follow',2,'c','c:40',9999,'a:points',40,100],['account','u','points',1,'','','100']]",
                "[[40],[40,190,'1000:-:40;',0,'1000:-:190;']]");
        settle();
        assertThat(bench.rows("select balance, held, lots from account_balance"))
                .isEqualTo(List.of(Map.of("balance", 190L, "held", 0L, "lots", "1000:-:190;")));
        assertThat(bench.rows("select status, state, returned::text as returned from afterwards"))
                .isEqualTo(List.of(Map.of("status", "posted", "state", "c:40", "returned", "{\"a:points\":40}")));
        assertThat(bench.rows("select attributes::text as attributes from account"))
                .isEqualTo(List.of(Map.of("attributes", "{\"tier\": \"gold\"}")));
        assertThat(bench.rows("select seq, debit, credit, amount from posting order by seq, n"))
                .extracting(row ->
                        row.get("seq") + " " + row.get("debit") + " > " + row.get("credit") + " " + row.get("amount"))
                .containsExactly(
                        "1 adjusted > account:points:u 300",
                        "2 account:points:u > held:account:points:u 100",
                        "2 account:points:u > expired 50",
                        "3 held:account:points:u > account:points:u 40",
                        "3 held:account:points:u > redeemed 60");
    }

    @Test
    void a_settled_transaction_reads_as_it_was_journaled() {
        journal.issue(1, 1000);
        journal.redeem(1, 300, "crab", "u_1", "A1");
        bench.database.jdbi().useHandle(h -> h.execute("update item set units = 5"));
        journal.flush();
        var journaled = new JournalReader(bench.redis).at(cell, 2).orElseThrow();
        settle();

        var settled =
                books().find(cell, 2).toCompletionStage().toCompletableFuture().join();
        assertThat(settled).isPresent();
        assertThat(settled.get().data().encode()).isEqualTo(journaled.data());
        assertThat(settled.get().result().encode()).isEqualTo(journaled.result());
        assertThat(settled.get().id().sequence()).isEqualTo(2);
        assertThat(bench.rows("select at, account, reference, client from transactions where seq = 2"))
                .extracting(row -> row.get("account") + "/" + row.get("reference") + "/" + row.get("client") + "/"
                        + ((java.sql.Timestamp) row.get("at")).getTime())
                .containsExactly("u_1/A1/cl_test/" + (HandWrittenJournal.NOON_MS + 2));
        assertThat(books().find(cell, 3)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join())
                .isEmpty();
        byte[] key = java.util.Base64.getUrlDecoder().decode(HandWrittenJournal.hash(2));
        assertThat(books().findByKey(cell, key)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join())
                .hasValueSatisfying(found -> assertThat(found.sequence()).isEqualTo(2));
    }

    @Test
    void a_settler_that_ends_between_runs_goes_on_where_it_stopped() throws Exception {
        journal.stock("crab", 1_000);
        for (int n = 1; n <= 100; n++) {
            journal.issue(n, 1000);
            journal.redeem(n, 7, "crab", "u", "r" + n);
            journal.flush();
        }
        CellSettlement first = new CellSettlement(bench.database.jdbi(), new JournalReader(bench.redis), 10, 1_000);
        for (int run = 0; run < 7; run++) {
            assertThat(first.settleNext(cell, cursor -> {}).transactions()).isBetween(10, 12);
        }
        long before = bench.settled(cell);
        assertThat(before).isBetween(70L, 84L);
        assertThat(bench.number("select count(*) from transactions")).isEqualTo(before);
        settle();
        assertThat(bench.number("select count(*) from transactions")).isEqualTo(201);
        assertThat(bench.number("select sum(balance) from card")).isEqualTo(100 * 993L);
    }

    @Test
    void a_run_that_fails_leaves_nothing_behind() throws Exception {
        journal.issue(1, 1000);
        journal.flush();
        bench.database
                .jdbi()
                .useHandle(h -> h.execute("alter table cell add constraint stuck check (settled_seq = 0)"));
        CellSettlement settlement =
                new CellSettlement(bench.database.jdbi(), new JournalReader(bench.redis), 10, 1_000);
        assertThatThrownBy(() -> settlement.settleNext(cell, cursor -> {})).hasMessageContaining("stuck");
        assertThat(bench.number("select count(*) from transactions")).isZero();
        assertThat(bench.number("select count(*) from card")).isZero();
        bench.database.jdbi().useHandle(h -> h.execute("alter table cell drop constraint stuck"));
        assertThat(settlement.settleNext(cell, cursor -> {}).settled()).isEqualTo(1);
    }

    @Test
    void two_settlers_at_once_write_each_transaction_once() {
        Cell other = bench.program("other");
        HandWrittenJournal others = new HandWrittenJournal(bench.redis, other);
        SettlementSettings small = new SettlementSettings(2, 20, Duration.ZERO, Duration.ofMillis(20), 1_000);
        Random random = new Random(5);
        try (Settler one = bench.settler(small);
                Settler two = bench.settler(small)) {
            one.start();
            two.start();
            for (HandWrittenJournal each : List.of(journal, others)) {
                each.stock("crab", 10_000);
                each.issue(1, 1_000_000);
            }
            for (int i = 0; i < 1_500; i++) {
                HandWrittenJournal each = random.nextBoolean() ? journal : others;
                each.redeem(1, 1 + random.nextInt(100), "crab", "u", "r" + i);
                if (random.nextInt(3) == 0) {
                    each.flush();
                    (random.nextBoolean() ? one : two).markDirty(each.cell);
                }
            }
            journal.redeem(1, 1, "crab", "u", "last");
            others.redeem(1, 1, "crab", "u", "last");
            journal.flush();
            others.flush();
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(bench.settled(cell)).isEqualTo(journal.sequence());
                assertThat(bench.settled(other)).isEqualTo(others.sequence());
            });
            await().untilAsserted(() -> {
                for (Settler settler : List.of(one, two)) {
                    assertThat(settler.stopped()).isEmpty();
                    assertThat(settler.backlog()).isZero();
                    assertThat(settler.lagSeconds()).isZero();
                }
            });
        }
        assertThat(bench.number("select count(*) from transactions")).isEqualTo(journal.sequence() + others.sequence());
        assertThat(bench.number("select sum(amount) from posting where credit = 'sold'"))
                .isEqualTo(1_502);
        assertThat(bench.number("select sum(balance) from card"))
                .isEqualTo(2_000_000 - bench.number("select sum(amount) from posting where credit = 'redeemed'"));
    }

    @Test
    void the_journal_is_trimmed_only_below_what_is_settled_and_kept() throws Exception {
        journal.stock("crab", 1_000);
        journal.issue(1, 1_000_000);
        for (int i = 0; i < 500; i++) {
            journal.redeem(1, 1, "crab", "u", "r" + i);
            journal.flush();
        }
        JournalReader reader = new JournalReader(bench.redis);
        CellSettlement settlement = new CellSettlement(bench.database.jdbi(), reader, 400, 50);
        long settled = settlement.settleNext(cell, cursor -> {}).settled();
        assertThat(settled).isBetween(400L, 402L);
        assertThat(reader.at(cell, 2)).isEmpty();
        for (long kept = settled - 49; kept <= journal.sequence(); kept++) {
            assertThat(reader.at(cell, kept)).as("sequence %d", kept).isPresent();
        }
        assertThat(settlement.settleNext(cell, cursor -> {}).settled()).isEqualTo(journal.sequence());
    }

    @Test
    void redemptions_are_listed_newest_first_by_any_filter_and_page() {
        journal.stock("crab", 1_000);
        journal.issue(1, 100_000);
        journal.issue(2, 100_000);
        for (int i = 0; i < 30; i++) {
            journal.redeem(1 + i % 2, 1, "crab", "u_" + i % 3, "A" + i % 5);
        }
        journal.flush();
        settle();

        assertThat(list(query(null, null, null, null, 200)))
                .hasSize(30)
                .isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(list(query("A4", null, null, null, 200))).hasSize(6);
        assertThat(list(query(null, "u_0", null, null, 200))).hasSize(10);
        assertThat(list(query(null, null, HandWrittenJournal.api(2), null, 200)))
                .hasSize(15);
        assertThat(list(query("A1", "u_0", HandWrittenJournal.api(1), null, 200)))
                .containsExactly(10L);
        assertThat(list(query(null, null, "nobody", null, 200))).isEmpty();
        assertThat(list(query(null, null, null, "released", 200))).isEmpty();
        RedemptionQuery window = new RedemptionQuery(
                null,
                null,
                null,
                "posted",
                java.time.Instant.ofEpochMilli(HandWrittenJournal.NOON_MS + 10),
                java.time.Instant.ofEpochMilli(HandWrittenJournal.NOON_MS + 13),
                null,
                50);
        assertThat(list(window)).containsExactly(12L, 11L, 10L);

        List<Long> paged = new java.util.ArrayList<>();
        RedemptionQuery.Cursor cursor = null;
        do {
            RedemptionQuery page = new RedemptionQuery(null, null, null, null, null, null, cursor, 7);
            RedemptionPage found = page(page);
            found.redemptions().forEach(r -> paged.add(r.transaction().sequence()));
            cursor = found.next() == null
                    ? null
                    : RedemptionQuery.Cursor.parse(found.next().text()).orElseThrow();
        } while (cursor != null);
        assertThat(paged).isEqualTo(list(query(null, null, null, null, 200)));
    }

    @Test
    void at_the_turn_of_a_month_each_posting_goes_to_its_own_partition_also_where_none_was_made_ahead() {
        journal.issue(1, 1000);
        journal.at(Instant.parse("2031-01-31T23:59:59.999Z"));
        journal.debit(1, 1, "before");
        journal.at(Instant.parse("2031-02-01T00:00:00Z"));
        journal.debit(1, 1, "after");
        journal.flush();
        settle();
        assertThat(bench.rows("select tableoid::regclass::text || ' ' || seq as row from posting order by seq").stream()
                        .map(row -> row.get("row")))
                .containsExactly("posting_202611 1", "posting_203101 2", "posting_203102 3");
    }

    @Test
    void partitions_of_the_next_two_months_are_there_before_the_year_ends() {
        Clock newYearsEve = Clock.fixed(Instant.parse("2029-12-31T23:59:59Z"), ZoneOffset.UTC);
        try (Settler ahead =
                new Settler(bench.database, bench.redis, SettlementBench.quick(), bench.meters, newYearsEve)) {
            ahead.start();
            await().untilAsserted(() -> assertThat(bench.number("select count(*) from pg_class where relname in"
                            + " ('posting_202912', 'posting_203001', 'posting_203002', 'posting_203003')"))
                    .isEqualTo(4));
        }
    }

    @Test
    void metrics_tell_what_waits_and_what_was_settled() {
        var meters = new io.micrometer.core.instrument.simple.SimpleMeterRegistry();
        try (Settler settler = new Settler(
                bench.database, bench.redis, SettlementBench.quick(), meters, java.time.Clock.systemUTC())) {
            journal.issue(1, 10);
            journal.issue(2, 10);
            journal.flush();
            bench.database.jdbi().useTransaction(h -> {
                h.execute("select 1 from cell for update");
                settler.start();
                await().untilAsserted(() -> assertThat(meters.get("counterfoil.settlement.backlog")
                                .gauge()
                                .value())
                        .isEqualTo(2));
                await().untilAsserted(() -> assertThat(
                                meters.get("counterfoil.settlement.lag").gauge().value())
                        .isPositive());
            });
            await().untilAsserted(() -> assertThat(meters.get("counterfoil.settlement.transactions")
                            .counter()
                            .count())
                    .isEqualTo(2));
            await().untilAsserted(() -> {
                assertThat(meters.get("counterfoil.settlement.backlog").gauge().value())
                        .isZero();
                assertThat(meters.get("counterfoil.settlement.lag").gauge().value())
                        .isZero();
            });
            assertThat(meters.get("counterfoil.settlement.batch").timer().count())
                    .isEqualTo(1);
            assertThat(meters.get("counterfoil.settlement.stopped.cells")
                            .gauge()
                            .value())
                    .isZero();
        }
    }

    private void settle() {
        try (Settler settler = bench.settler(SettlementBench.quick())) {
            settler.start();
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(settler.stopped()).isEmpty();
                assertThat(bench.settled(cell)).isEqualTo(journal.sequence());
            });
        }
    }

    private SettledBooks books() {
        return new SettledBooks(bench.database);
    }

    private static RedemptionQuery query(String reference, String account, String card, String status, int limit) {
        return new RedemptionQuery(reference, account, card, status, null, null, null, limit);
    }

    private RedemptionPage page(RedemptionQuery query) {
        return books().redemptions(cell, query)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private List<Long> list(RedemptionQuery query) {
        return page(query).redemptions().stream()
                .map(r -> r.transaction().sequence())
                .toList();
    }
}
