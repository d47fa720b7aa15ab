package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.rebuild.Sale.CELL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.books.Reconcile;
import dev.counterfoil.ledger.rebuild.Rebuild.Allowed;
import dev.counterfoil.ledger.rebuild.Rebuild.Step;
import dev.counterfoil.ledger.settlement.SettleOnce;
import dev.counterfoil.ledger.settlement.SettlementSettings;
import dev.counterfoil.ledger.testing.Ledgers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cell that is rebuilt while it is open and others redeem in it. */
class ForcedRebuildIT {
    private Sale sale;

    @BeforeEach
    void open() {
        sale = new Sale();
        sale.startSettling();
        sale.awaitSettled(sale.everything());
        sale.stopSettling();
    }

    @AfterEach
    void close() {
        sale.close();
    }

    @Test
    void what_the_books_cannot_take_is_found_while_the_cell_is_open_and_leaves_it_open() {
        long refused = sale.redeem(1, 1, false).sequence();
        execute("alter table transactions add constraint refused check (seq <> " + refused + ")");
        assertThatThrownBy(() -> sale.rebuild().rebuild(CELL, Allowed.OPEN))
                .isInstanceOf(RebuildRefused.class)
                .hasMessageContaining("1 dead letters");
        assertThat(sale.epoch()).isEqualTo(1);
        assertThat(sale.redeem(1, 1, false).sequence()).isEqualTo(refused + 1);

        execute("alter table transactions drop constraint refused");
        SettleOnce settle = new SettleOnce(sale.servers.database(), sale.redis, SettlementSettings.DEFAULTS);
        assertThat(settle.drain().get(0).problem()).isEmpty();
        assertThat(settle.retryDeadLetters().get(0).problem()).isEmpty();
        Rebuilt rebuilt = sale.rebuild().rebuild(CELL, Allowed.OPEN);
        assertThat(rebuilt.sequence()).isEqualTo(refused + 1);
        assertThat(rebuilt.lost()).isZero();
        assertBalanced();
    }

    /** Gateways learn of the new epoch later, and whatever they were told was posted until the cell is closed stays. */
    @Test
    void what_is_accepted_at_any_step_is_in_the_books_and_in_the_cell_that_opens() {
        List<JournaledTransaction> accepted = new ArrayList<>();
        List<Step> cold = new ArrayList<>();
        sale.keepEpoch();
        accepted.add(sale.redeem(1, 1, false));
        Rebuilt rebuilt = sale.rebuild(step -> {
                    try {
                        accepted.add(sale.redeem(1, 1, false));
                    } catch (LedgerFault.Cold refused) {
                        cold.add(step);
                    }
                })
                .rebuild(CELL, Allowed.OPEN);
        assertThat(cold).containsExactly(Step.CLOSED, Step.SETTLED, Step.WIPED, Step.LOADED, Step.OPENED);
        assertThat(accepted).hasSize(4);
        assertThat(rebuilt.tail()).isEqualTo(4);
        assertThat(rebuilt.lost()).isZero();
        assertThat(rebuilt.sequence()).isEqualTo(accepted.get(3).sequence());
        for (JournaledTransaction one : accepted) {
            assertThat(Ledgers.await(sale.books.find(CELL, one.sequence()))).contains(one);
        }
        sale.keepEpoch();
        assertThat(sale.redeem(1, 1, false).sequence()).isEqualTo(rebuilt.sequence() + 1);
        sale.startSettling();
        sale.awaitSettled(rebuilt.sequence() + 1);
        assertBalanced();
    }

    private void execute(String sql) {
        sale.servers.database().jdbi().useHandle(handle -> handle.execute(sql));
    }

    private void assertBalanced() {
        assertThat(new Reconcile(sale.servers.database(), sale.redis, cell -> {}, Duration.ofSeconds(20))
                        .all()
                        .differences())
                .isEmpty();
    }
}
