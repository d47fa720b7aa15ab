package dev.counterfoil.ledger.aftersale;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Account;
import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Lot;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.rules.Portion;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a payment took out of several lots returns to the one that was taken last first. */
class LotsGivenBackIT {
    private static final long SOON = Instant.now().plus(Duration.ofDays(30)).toEpochMilli();
    private static final long LATER = Instant.now().plus(Duration.ofDays(210)).toEpochMilli();

    private final Shop shop = new Shop();
    private final AfterSale afterSale = shop.afterSale(shop.ledger(0), ReversalPolicy.GENEROUS);

    @BeforeEach
    void fill() {
        String lots = Lot.text(List.of(soon(300), later(500)));
        shop.post(
                TransactionType.ADJUSTMENT,
                new JsonObject(),
                new AccountLeg("u_1", "CNY", 1, 800, false, false, null, null).lots(lots));
    }

    @AfterEach
    void close() {
        shop.close();
    }

    private static Lot soon(long amount) {
        return new Lot(SOON, "soon", amount);
    }

    private static Lot later(long amount) {
        return new Lot(LATER, "later", amount);
    }

    private JournaledTransaction spent400(Leg... hold) {
        AccountLeg pays = AccountLeg.pays("u_1", "CNY", 400).aside(hold.length == 0 ? 0 : Leg.ASIDE_AMOUNT);
        return shop.redemption("tea", 40, new StockLeg("tea", -40, 0, 0), pays, hold);
    }

    private Outcome step(Step.Kind kind, JournaledTransaction of, Portion portion) {
        return await(afterSale.post(shop.key(), "", of, new Step(kind, portion, false, null)));
    }

    private Outcome reverse(JournaledTransaction of, Portion portion) {
        return step(Step.Kind.REVERSAL, of, portion);
    }

    private static Portion amount(long value) {
        return new Portion(null, Map.of(), value, null);
    }

    private Account.Balance balance() {
        return await(shop.ledger(0).account(Shop.CELL, "u_1"))
                .orElseThrow()
                .balances()
                .get("CNY");
    }

    private void requireLots(Lot... lots) {
        assertThat(balance().lots()).containsExactly(lots);
        assertThat(balance().amount())
                .isEqualTo(List.of(lots).stream().mapToLong(Lot::amount).sum());
    }

    @Test
    void an_amount_fills_the_lot_taken_last_and_the_rest_the_one_before() {
        JournaledTransaction bought = spent400();
        requireLots(later(400));
        assertThat(reverse(bought, amount(150))).isInstanceOf(Posted.class);
        requireLots(soon(50), later(500));
        assertThat(reverse(bought, Portion.WHOLE)).isInstanceOf(Posted.class);
        requireLots(soon(300), later(500));
        assertThat(((Refused) reverse(bought, amount(1))).reason()).isEqualTo(Refusal.EXCEEDS_REMAINING);
    }

    @Test
    void small_amounts_come_to_the_lots_that_the_whole_would_have() {
        JournaledTransaction bought = spent400();
        assertThat(reverse(bought, amount(60))).isInstanceOf(Posted.class);
        requireLots(later(460));
        assertThat(reverse(bought, amount(60))).isInstanceOf(Posted.class);
        requireLots(soon(20), later(500));
        assertThat(reverse(bought, amount(280))).isInstanceOf(Posted.class);
        requireLots(soon(300), later(500));
    }

    @Test
    void what_a_capture_leaves_returns_likewise_and_the_reversal_goes_on_from_there() {
        JournaledTransaction held = spent400(new HoldLeg(60_000));
        assertThat(balance().held()).isEqualTo(400);
        assertThat(step(Step.Kind.CAPTURE, held, amount(250))).isInstanceOf(Posted.class);
        requireLots(soon(50), later(500));
        assertThat(balance().held()).isZero();
        assertThat(reverse(held, amount(100))).isInstanceOf(Posted.class);
        requireLots(soon(150), later(500));
        assertThat(reverse(held, Portion.WHOLE)).isInstanceOf(Posted.class);
        requireLots(soon(300), later(500));
    }
}
