package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettlementFailureTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"08006", "57P01", "57014", "53100", "53300", "40001", "40P01", "55P03", "25006", "42P07", "58030"
            })
    void what_passes_by_itself_is_tried_again(String state) {
        assertThat(SettlementFailure.isFinal(new SQLException("x", state))).isFalse();
        assertThat(SettlementFailure.isFinal(new RuntimeException(new SQLException("x", state))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"22P02", "22003", "23505", "23514", "42703"})
    void what_no_repetition_mends_is_final(String state) {
        assertThat(SettlementFailure.isFinal(new RuntimeException(new SQLException("x", state))))
                .isTrue();
    }

    @Test
    void faults_of_servers_pass_and_those_of_the_journal_and_of_ours_do_not() {
        assertThat(SettlementFailure.isFinal(new LedgerFault.Unavailable("x"))).isFalse();
        assertThat(SettlementFailure.isFinal(new ConnectionException(new SQLException("no connection"))))
                .isFalse();
        assertThat(SettlementFailure.isFinal(JournalFault.gap(Cell.of("demo"), 1, 2)))
                .isTrue();
        assertThat(SettlementFailure.isFinal(new NullPointerException())).isTrue();
    }

    @Test
    void a_failure_is_described_by_what_the_database_says() {
        assertThat(SettlementFailure.describe(new RuntimeException("outer", new SQLException("inner", "08006"))))
                .isEqualTo("SQLException: inner (SQLSTATE 08006)");
        assertThat(SettlementFailure.describe(new LedgerFault.Unavailable("Redis: gone")))
                .isEqualTo("Unavailable: Redis: gone");
    }
}
