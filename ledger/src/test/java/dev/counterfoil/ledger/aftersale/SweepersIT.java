package dev.counterfoil.ledger.aftersale;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.issuing.CutLedger;
import dev.counterfoil.ledger.rules.Redeemed;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several gateways sweep, each through a ledger of its own, and some are cut off in the middle of it. */
class SweepersIT {
    private static final int DUE = 12;
    private static final Duration NEVER_BY_ITSELF = Duration.ofHours(1);

    private final Shop shop = new Shop();
    private final AfterSale afterSale = shop.afterSale(shop.ledger(0), ReversalPolicy.GENEROUS);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<HoldSweeper> sweepers = new ArrayList<>();

    @AfterEach
    void close() {
        sweepers.forEach(HoldSweeper::close);
        shop.close();
    }

    @CanIgnoreReturnValue
    private HoldSweeper sweeper(Ledger ledger, Duration period) {
        AfterSale ends = shop.afterSale(ledger, ReversalPolicy.GENEROUS);
        HoldSweeper sweeper =
                new HoldSweeper(shop.vertx, ledger, ends, shop.hash, () -> List.of(Shop.CELL), period, meters);
        sweepers.add(sweeper);
        return sweeper;
    }

    /** As many as are due, and one that is not, which stays. */
    private List<JournaledTransaction> holds() {
        List<JournaledTransaction> due = new ArrayList<>();
        var stays = shop.tea(new HoldLeg(600_000));
        for (int n = 0; n < DUE; n++) {
            due.add(shop.tea(new HoldLeg(1)));
        }
        await().atMost(Duration.ofSeconds(5))
                .until(() -> await(shop.ledger(0).dueHolds(Shop.CELL, 100))
                                .sequences()
                                .size()
                        == DUE);
        return due;
    }

    /** Every one returned, the last of the transactions posted being the last return. */
    private void requireEachReturnedOnce(List<JournaledTransaction> due) {
        assertThat(due)
                .allSatisfy(hold -> assertThat(await(afterSale.became(hold)))
                        .extracting(Became::status, Became::returned)
                        .containsExactly("expired", Redeemed.of(hold).wholes()));
        assertThat(shop.sequence()).isEqualTo(due.get(DUE - 1).sequence() + DUE);
        assertThat(shop.balance()).isEqualTo(950);
        assertThat(shop.held()).isEqualTo(50);
        assertThat(shop.units()).isEqualTo(95);
        assertThat(await(shop.ledger(0).dueHolds(Shop.CELL, 100)).sequences()).isEmpty();
    }

    private double expired() {
        return meters.counter("counterfoil.holds.expired").count();
    }

    @Test
    void sweepers_of_two_gateways_that_sweep_at_once_return_each_hold_once() {
        List<JournaledTransaction> due = holds();
        List<Future<Void>> sweeps = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            sweeps.add(sweeper(shop.ledger(n), NEVER_BY_ITSELF).sweep());
        }
        var all = await(Future.all(sweeps));
        requireEachReturnedOnce(due);
        assertThat(expired()).isEqualTo(DUE);
    }

    @Test
    void what_a_sweeper_returned_whose_answers_were_lost_is_not_returned_again_by_another() {
        List<JournaledTransaction> due = holds();
        HoldSweeper cut = sweeper(CutLedger.losingAnswers(5, shop.ledger(0)), NEVER_BY_ITSELF);
        assertThat(cut.sweep().toCompletionStage().toCompletableFuture())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(LedgerFault.OutcomeUnknown.class);
        assertThat(shop.held()).isEqualTo(50 * (DUE + 1 - 5));
        await(sweeper(shop.ledger(1), NEVER_BY_ITSELF).sweep());
        requireEachReturnedOnce(due);
        assertThat(expired()).isEqualTo(DUE - 5);
    }

    @Test
    void sweepers_that_are_cut_off_while_others_go_on_leave_each_hold_returned_once() {
        List<JournaledTransaction> due = holds();
        Duration often = Duration.ofMillis(20);
        for (int n = 0; n < 2; n++) {
            sweeper(CutLedger.losingAnswers(3, shop.ledger(n)), often);
            sweeper(CutLedger.after(2, shop.ledger(n)), often);
            sweeper(shop.ledger(n), often);
        }
        await().atMost(Duration.ofSeconds(15)).until(() -> shop.held() == 50);
        sweepers.forEach(HoldSweeper::close);
        requireEachReturnedOnce(due);
    }
}
