package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.net.URI;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the pool's connection when a COPY fails on it. The pool has one, and the driver waits a second for an answer. */
class CopyRowsIT {
    private final SettlementBench bench = new SettlementBench();
    private HikariDataSource pool;
    private Jdbi jdbi;

    @BeforeEach
    void open() {
        URI uri = URI.create(bench.jdbcUri);
        List<String> user = List.of(uri.getUserInfo().split(":"));
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath());
        config.setUsername(user.get(0));
        config.setPassword(user.get(1));
        config.setMaximumPoolSize(1);
        config.addDataSourceProperty("socketTimeout", "1");
        pool = new HikariDataSource(config);
        jdbi = Jdbi.create(pool);
        jdbi.useHandle(handle -> handle.execute("create table copied (text text not null)"));
    }

    @AfterEach
    void close() {
        pool.close();
        bench.close();
    }

    @Test
    void an_answer_that_comes_too_late_is_not_taken_for_that_of_the_next_question() {
        int backend = jdbi.withHandle(CopyRowsIT::backend);
        jdbi.useHandle(handle -> handle.execute("""
                create function slowly() returns trigger language plpgsql
                    as 'begin perform pg_sleep(1.5); return new; end';
                create trigger slowly before insert on copied for each row execute function slowly()
                """));
        assertThatThrownBy(() -> copy("late"))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        fault -> assertThat(fault.getSQLState()).startsWith("08"));
        assertThat(jdbi.<Integer, RuntimeException>withHandle(handle ->
                        handle.createQuery("select 42").mapTo(Integer.class).one()))
                .isEqualTo(42);
        assertThat(jdbi.<Integer, RuntimeException>withHandle(CopyRowsIT::backend))
                .isNotEqualTo(backend);
    }

    @Test
    void a_refused_row_leaves_the_connection_as_it_was() {
        int backend = jdbi.withHandle(CopyRowsIT::backend);
        assertThatThrownBy(() -> copy(null))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        fault -> assertThat(fault.getSQLState()).isEqualTo("23502"));
        assertThat(jdbi.<Integer, RuntimeException>withHandle(CopyRowsIT::backend))
                .isEqualTo(backend);
    }

    private void copy(@Nullable String text) throws SQLException {
        CopyRows rows = new CopyRows("copied", "text");
        rows.row().text(text);
        jdbi.useTransaction(handle -> rows.send(handle.getConnection()));
    }

    private static int backend(Handle handle) {
        return handle.createQuery("select pg_backend_pid()")
                .mapTo(Integer.class)
                .one();
    }
}
