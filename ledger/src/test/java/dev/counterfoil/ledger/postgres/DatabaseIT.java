package dev.counterfoil.ledger.postgres;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseIT {
    private Ledgers ledgers;
    private Database database;

    @BeforeEach
    void start() {
        ledgers = Ledgers.fresh();
        database = ledgers.database();
    }

    @AfterEach
    void stop() {
        ledgers.close();
    }

    @Test
    void the_migration_makes_the_books_and_doing_it_again_changes_nothing() {
        database.migrate();
        List<String> tables = ledgers.query("select tablename from pg_tables where schemaname = 'public'");
        assertThat(tables)
                .contains(
                        "program",
                        "cell",
                        "card_type",
                        "item",
                        "api_key",
                        "batch",
                        "card",
                        "code",
                        "transactions",
                        "installation");
    }

    @Test
    void two_processes_may_migrate_at_once() throws Exception {
        String uri = Servers.freshDatabase();
        try (Database one = new Database(PostgresUri.of(uri), 2);
                Database other = new Database(PostgresUri.of(uri), 2)) {
            Thread thread = new Thread(one::migrate);
            thread.start();
            other.migrate();
            thread.join();
            long twice = await(one.call(handle -> handle.createQuery(
                            "select count(*) - count(distinct version) from flyway_schema_history where success")
                    .mapTo(Long.class)
                    .one()));
            assertThat(twice).isZero();
        }
    }

    @Test
    void partitions_of_postings_are_made_once_each_and_hold_their_month_to_the_instant() {
        List<YearMonth> months = PostingPartitions.months(
                Instant.parse("2026-11-30T23:59:59.999Z"), Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(months).containsExactly(YearMonth.of(2026, 11), YearMonth.of(2026, 12), YearMonth.of(2027, 1));
        Future<Boolean> first = ensure(months);
        Future<Boolean> second = ensure(months);
        assertThat(await(Future.all(first, second)).succeeded()).isTrue();
        await(database.call(handle -> handle.execute("""
                insert into posting values ('2026-11-30T23:59:59.999Z', 1, 1, 0, 'a', 'b', 'CNY', 1),
                                           ('2026-12-01T00:00:00Z', 1, 2, 0, 'a', 'b', 'CNY', 1)
                """)));
        assertThat(ledgers.query("select seq from posting_202611")).containsExactly("1");
        assertThatThrownBy(() -> await(database.call(handle -> handle.execute(
                        "insert into posting values ('2027-02-01T00:00:00Z', 1, 3, 0, 'a', 'b', 'CNY', 1)"))))
                .hasStackTraceContaining("no partition of relation \"posting\"");
    }

    private Future<Boolean> ensure(List<YearMonth> months) {
        return database.inTransaction(handle -> {
            PostingPartitions.ensure(handle, months);
            return true;
        });
    }

    @Test
    void a_result_comes_back_on_the_callers_context() {
        Vertx vertx = Vertx.vertx();
        try {
            Context context = vertx.getOrCreateContext();
            Promise<Boolean> same = Promise.promise();
            context.runOnContext(start -> database.call(handle ->
                            handle.createQuery("select 1").mapTo(Integer.class).one())
                    .onComplete(one -> same.complete(Vertx.currentContext() == context)));
            assertThat(await(same.future())).isTrue();
        } finally {
            await(vertx.close());
        }
    }

    @Test
    void an_exception_rolls_back_and_a_snapshot_cannot_write() {
        assertThatThrownBy(() -> await(database.inTransaction(handle -> {
                    handle.execute("insert into issuer (id, name) values ('acme', 'Acme')");
                    throw new IllegalStateException("no");
                })))
                .hasMessage("no");
        assertThat(ledgers.query("select count(*) from issuer")).containsExactly("0");
        assertThatThrownBy(() -> await(database.inSnapshot(
                        handle -> handle.execute("insert into issuer (id, name) values ('a', 'A')"))))
                .hasStackTraceContaining("read-only transaction");
    }

    @Test
    void every_session_has_its_timeouts() {
        assertThat(ledgers.query("show statement_timeout")).containsExactly("30s");
        assertThat(ledgers.query("show lock_timeout")).containsExactly("10s");
        assertThat(ledgers.query("show idle_in_transaction_session_timeout")).containsExactly("10s");
        assertThatThrownBy(() -> await(
                        database.call(handle -> handle.execute("set statement_timeout = 50; select pg_sleep(5)"))))
                .hasStackTraceContaining("canceling statement due to statement timeout");
    }

    @Test
    void a_failed_statement_does_not_tell_its_values() {
        await(database.call(handle -> handle.execute("insert into issuer (id, name) values ('acme', 'Acme')")));
        assertThatThrownBy(() -> await(database.call(
                        handle -> handle.execute("insert into issuer (id, name) values (?, ?)", "acme", "hunter2"))))
                .satisfies(e -> {
                    StringWriter trace = new StringWriter();
                    e.printStackTrace(new PrintWriter(trace));
                    assertThat(trace.toString()).contains("issuer_pkey").doesNotContain("hunter2", "(acme)");
                });
    }

    @Test
    void an_absent_postgresql_is_a_prompt_and_clear_failure() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        try (Database absent = new Database(PostgresUri.of("postgresql://u:hunter2@127.0.0.1:" + port + "/d"), 2)) {
            Instant before = Instant.now();
            assertThatThrownBy(() -> await(absent.call(handle -> 1)))
                    .isInstanceOf(DatabaseUnavailable.class)
                    .hasMessageContaining("PostgreSQL is unavailable")
                    .hasStackTraceContaining("refused")
                    .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(4));
            assertThatThrownBy(absent::migrate).isInstanceOf(DatabaseUnavailable.class);
        }
    }

    /** As a stopped process, or a machine without power: the kernel accepts connections, and nobody says a word. */
    @Test
    void a_postgresql_that_is_silent_is_found_absent_also_by_the_migration_of_a_start() throws Exception {
        try (ServerSocket silent = new ServerSocket(0);
                Database absent =
                        new Database(PostgresUri.of("postgresql://u:p@127.0.0.1:" + silent.getLocalPort() + "/d"), 2)) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> assertThatThrownBy(absent::migrate).isInstanceOf(DatabaseUnavailable.class));
            assertThatThrownBy(() -> await(absent.call(handle -> 1))).isInstanceOf(DatabaseUnavailable.class);
        }
    }

    @Test
    void calls_past_the_queue_are_refused_at_once() {
        CountDownLatch gate = new CountDownLatch(1);
        try (Database small = new Database(PostgresUri.of(Servers.jdbcUri()), 1)) {
            Future<Integer> running = small.call(handle -> {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return 1;
            });
            Future<Integer> last = running;
            for (int i = 0; i < Database.QUEUE_LIMIT; i++) {
                last = small.call(handle -> 2);
            }
            Future<Integer> past = small.call(handle -> 3);
            gate.countDown();
            assertThatThrownBy(() -> await(past)).isInstanceOf(DatabaseUnavailable.class);
            assertThat(await(running)).isEqualTo(1);
            assertThat(await(last)).isEqualTo(2);
        }
    }
}
