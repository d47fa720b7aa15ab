package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.postgres.PostgresUri;
import dev.counterfoil.ledger.testing.CuttableWire;
import dev.counterfoil.ledger.testing.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Settlement when the journal is not one, and when servers go away and come back. */
class SettlementFaultsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private SettlementBench bench;
    private Cell cell;
    private HandWrittenJournal journal;
    private HandWrittenJournal healthy;
    private Settler settler;

    @BeforeEach
    void open() {
        bench = new SettlementBench();
        cell = bench.program("demo");
        journal = new HandWrittenJournal(bench.redis, cell);
        healthy = new HandWrittenJournal(bench.redis, bench.program("healthy"));
        settler = bench.settler(SettlementBench.quick());
    }

    @AfterEach
    void close() {
        settler.close();
        bench.close();
    }

    @Test
    void a_gap_stops_its_cell_and_no_other() {
        journal.issue(1, 1000);
        journal.flush();
        journal.skipTo(4);
        journal.issue(4, 1000);
        journal.flush();
        assertStops("sequence 2 is missing, found 4", 0);
    }

    @Test
    void a_gap_after_a_settled_run_stops_the_cell_at_the_gap() {
        journal.issue(1, 1000);
        journal.flush();
        settler.start();
        await().untilAsserted(() -> assertThat(bench.settled(cell)).isEqualTo(1));
        journal.skipTo(3);
        journal.issue(3, 1000);
        journal.flush();
        assertStops("sequence 2 is missing, found 3", 1);
        assertThat(bench.number("select count(*) from card where cell = 1")).isEqualTo(1);
    }

    @Test
    void entries_that_vanished_stop_the_cell() {
        journal.issue(1, 1000);
        journal.flush();
        settler.start();
        await().untilAsserted(() -> assertThat(bench.settled(cell)).isEqualTo(1));
        journal.meta(3);
        assertStops("sequence 2 is missing, found 3", 1);
    }

    @Test
    void a_stop_that_another_process_met_names_the_cursor_of_the_books() {
        journal.issue(1, 1000);
        journal.flush();
        settler.start();
        await().untilAsserted(() -> assertThat(bench.settled(cell)).isEqualTo(1));
        settler.close();
        journal.meta(3);
        settler = bench.settler(SettlementBench.quick());
        settler.markDirty(cell);
        await().untilAsserted(() -> assertThat(settler.stopped()).containsOnlyKeys(cell));
        assertThat(settler.stopped().get(cell)).startsWith("after sequence 1: ");
    }

    @Test
    void a_cell_that_redis_lost_is_counted_as_cold_until_it_is_back() {
        journal.issue(1, 1000);
        journal.flush();
        healthy.issue(1, 1000);
        healthy.flush();
        settler.start();
        await().untilAsserted(() -> assertThat(bench.settled(cell)).isEqualTo(1));
        assertThat(settler.coldCells()).isZero();
        Servers.flushRedis();
        await().untilAsserted(() -> assertThat(settler.coldCells()).isEqualTo(2));
        assertThat(settler.stopped()).isEmpty();
        healthy.meta(1);
        await().untilAsserted(() -> assertThat(settler.coldCells()).isEqualTo(1));
    }

    @Test
    void a_repeated_sequence_stops_the_cell() {
        journal.issue(1, 1000);
        journal.issue(2, 1000);
        journal.issue(3, 1000);
        journal.flush();
        journal.issue(4, 1000);
        journal.flushAs(3);
        assertStops("sequence 3 stands twice", 0);
    }

    @Test
    void a_history_shorter_than_the_books_stops_the_cell() {
        bench.database.jdbi().useHandle(h -> h.execute("update cell set settled_seq = 9 where program = 'demo'"));
        journal.issue(1, 1000);
        journal.flush();
        assertStops("ends at sequence 1, the books hold 9", 9);
    }

    @Test
    void a_settled_sequence_with_other_content_stops_the_cell() {
        journal.issue(1, 1000);
        journal.flush();
        settler.start();
        await().untilAsserted(() -> assertThat(bench.settled(cell)).isEqualTo(1));
        settler.close();
        Servers.flushRedis();
        journal = new HandWrittenJournal(bench.redis, cell);
        healthy = new HandWrittenJournal(bench.redis, healthy.cell);
        journal.issue(2, 1000);
        journal.issue(3, 1000);
        journal.flush();
        settler = bench.settler(SettlementBench.quick());
        assertStops("sequence 1 was settled with other content", 1);
    }

    /** Redis came back without its last entries and was posted to again, all while the settler looked elsewhere. */
    @Test
    void a_settled_sequence_with_other_content_stops_the_cell_also_while_it_is_being_settled() {
        journal.issue(1, 1000);
        journal.issue(2, 1000);
        journal.flush();
        settler.start();
        await().untilAsserted(() -> assertThat(bench.settled(cell)).isEqualTo(2));
        Servers.flushRedis();
        journal = new HandWrittenJournal(bench.redis, cell);
        healthy = new HandWrittenJournal(bench.redis, healthy.cell);
        for (int card = 1; card <= 4; card++) {
            journal.issue(10 + card, 1000);
        }
        journal.flush();
        assertStops("sequence 2 was settled with other content", 2);
        assertThat(bench.number("select count(*) from card where cell = (select id from cell where program = 'demo')"))
                .isEqualTo(2);
    }

    @Test
    void a_cell_that_stopped_at_a_gap_goes_on_once_its_journal_goes_on_from_the_books() {
        journal.issue(1, 1000);
        journal.flush();
        settler.start();
        await().untilAsserted(() -> assertThat(bench.settled(cell)).isEqualTo(1));
        journal.meta(3);
        assertStops("sequence 2 is missing, found 3", 1);
        journal.issue(2, 1000);
        journal.flush();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(bench.settled(cell)).isEqualTo(2));
        assertThat(settler.stopped()).isEmpty();
    }

    @Test
    void a_sequence_that_the_books_hold_before_settlement_came_to_it_stops_the_cell() {
        journal.issue(1, 1000);
        journal.issue(2, 1000);
        journal.flush();
        settler.start();
        await().untilAsserted(() -> assertThat(bench.settled(cell)).isEqualTo(2));
        settler.close();
        bench.database.jdbi().useHandle(h -> h.execute("update cell set settled_seq = 0 where program = 'demo'"));
        settler = bench.settler(SettlementBench.quick());
        assertStops("of the sequences 1..2 the books hold some already", 0);
        assertThat(bench.number("select count(*) from dead_letter")).isZero();
    }

    @Test
    void a_table_that_is_not_as_it_must_be_stops_the_cell_and_buries_nothing() {
        bench.database.jdbi().useHandle(h -> h.execute("alter table transaction_card rename to elsewhere"));
        journal.issue(1, 1000);
        journal.stock("crab", 1);
        journal.redeem(1, 10, "crab", "u", "r");
        journal.flush();
        assertStops("SQLSTATE 42P01", 0);
        assertThat(bench.number("select count(*) from dead_letter")).isZero();
    }

    @Test
    void a_disk_that_is_full_delays_settlement_and_buries_nothing() {
        bench.database.jdbi().useHandle(h -> h.execute("""
                create function disk_full() returns trigger language plpgsql as $$
                begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
                create trigger disk_full before insert on transactions for each statement execute function disk_full()
                """));
        settler.start();
        journal.stock("crab", 10_000);
        journal.issue(1, 1_000_000);
        redeem(300, 0);
        await().untilAsserted(() -> assertThat(bench.meters
                        .get("counterfoil.settlement.failures")
                        .counter()
                        .count())
                .isGreaterThan(1));
        assertThat(settler.stopped()).isEmpty();
        assertThat(settler.backlog()).isPositive();
        assertThat(bench.settled(cell)).isZero();
        redeem(300, 300);
        bench.database.jdbi().useHandle(h -> h.execute("drop trigger disk_full on transactions"));
        redeem(300, 600);
        assertAllSettled();
        assertThat(bench.number("select count(*) from dead_letter")).isZero();
    }

    @Test
    void a_postgresql_that_is_killed_and_comes_back_loses_nothing() {
        settler.start();
        journal.stock("crab", 10_000);
        journal.issue(1, 1_000_000);
        redeem(300, 0);
        Servers.postgresql().kill();
        try {
            redeem(300, 300);
            await().during(Duration.ofSeconds(1)).until(() -> settler.stopped().isEmpty());
        } finally {
            Servers.postgresql().restart();
        }
        redeem(300, 600);
        assertAllSettled();
    }

    @Test
    void a_postgresql_that_is_paused_holds_up_nothing_but_settlement() {
        settler.start();
        journal.stock("crab", 10_000);
        journal.issue(1, 1_000_000);
        redeem(300, 0);
        Servers.postgresql().pause();
        try {
            redeem(300, 300);
            await().during(Duration.ofSeconds(2)).until(() -> settler.stopped().isEmpty());
            assertThat(settler.lagSeconds()).isPositive();
            await().untilAsserted(() ->
                    assertThat(settler.backlog()).as("what Redis knows").isGreaterThanOrEqualTo(300));
        } finally {
            Servers.postgresql().resume();
        }
        redeem(300, 600);
        assertAllSettled();
    }

    @Test
    void a_redis_that_is_away_for_a_while_delays_settlement_only() {
        settler.start();
        journal.stock("crab", 10_000);
        journal.issue(1, 1_000_000);
        redeem(300, 0);
        Servers.redis().restart();
        await().atMost(PATIENCE)
                .until(() -> bench.redis
                        .call(commands -> commands.ping())
                        .toCompletionStage()
                        .handle((pong, failure) -> failure == null)
                        .toCompletableFuture()
                        .join());
        redeem(300, 300);
        redeem(300, 600);
        assertAllSettled();
    }

    @Test
    void another_settler_takes_over_from_one_that_is_cut_off_in_the_middle_of_a_run() throws Exception {
        journal.stock("crab", 10_000);
        journal.issue(1, 1_000_000);
        for (int i = 0; i < 900; i++) {
            journal.redeem(1, 1, "crab", "u", "r" + i);
        }
        journal.flush();
        CuttableWire wire = CuttableWire.to(bench.jdbcUri);
        try (Database cut = new Database(PostgresUri.of(wire.through(bench.jdbcUri)), 2);
                Settler first = new Settler(
                        cut, bench.redis, SettlementBench.quick(), new SimpleMeterRegistry(), Clock.systemUTC());
                Connection lock = Servers.connect(bench.jdbcUri);
                Statement locking = lock.createStatement()) {
            lock.setAutoCommit(false);
            locking.execute("lock table transactions in access exclusive mode");
            first.start();
            await().atMost(PATIENCE).until(() -> bench.number("select count(*) from pg_locks where not granted") == 1);
            settler.start();
            wire.cut();
            lock.rollback();
            assertAllSettled();
        } finally {
            wire.close();
        }
    }

    private void redeem(int count, int from) {
        for (int i = from; i < from + count; i++) {
            journal.redeem(1, 1, "crab", "u", "r" + i);
            if (i % 3 == 0) {
                journal.flush();
                settler.markDirty(cell);
            }
        }
        journal.flush();
    }

    private void assertAllSettled() {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            assertThat(settler.stopped()).isEmpty();
            assertThat(bench.settled(cell)).isEqualTo(journal.sequence());
        });
        assertThat(bench.number("select count(*) from transactions")).isEqualTo(journal.sequence());
        assertThat(bench.number("select balance from card")).isEqualTo(1_000_000 - 900);
        assertThat(bench.number("select units from item where sku = 'crab' and program = 'demo'"))
                .isEqualTo(10_000 - 900);
    }

    private void assertStops(String reason, long settled) {
        settler.start();
        // A look in the middle of what a test writes may stop it for another reason; the next look tells.
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(settler.stopped()).containsOnlyKeys(cell);
            assertThat(settler.stopped().get(cell)).contains(reason);
        });
        healthy.issue(1, 1000);
        healthy.flush();
        await().untilAsserted(() -> assertThat(bench.settled(healthy.cell)).isEqualTo(1));
        assertThat(bench.settled(cell)).isEqualTo(settled);
    }
}
