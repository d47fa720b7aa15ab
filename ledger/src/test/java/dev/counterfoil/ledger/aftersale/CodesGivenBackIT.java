package dev.counterfoil.ledger.aftersale;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.rules.Portion;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A delivered code is put back only where the issuer says that nobody has used it; one of a hold was shown to nobody. */
class CodesGivenBackIT {
    private static final String C1 = "c1:k.A";
    private static final String C2 = "c2:k.B";
    private static final String C3 = "c3:k.C";
    private static final String C4 = "c4:k.D";
    private static final String C5 = "c5:k.E";

    private final Shop shop = new Shop();
    private final AfterSale afterSale = shop.afterSale(shop.ledger(0), ReversalPolicy.GENEROUS);

    @BeforeEach
    void load() {
        shop.post(TransactionType.STOCKING, new JsonObject(), new CodesAddLeg("video", List.of(C1, C2, C3, C4, C5)));
    }

    @AfterEach
    void close() {
        shop.close();
    }

    private JournaledTransaction three(Leg... hold) {
        return shop.redemption("video", 3, new CodesLeg("video", 3), Shop.paysByCard(30, hold), hold);
    }

    private static Portion units(long units) {
        return new Portion(units, Map.of(), null, null);
    }

    private void post(JournaledTransaction of, Step.Kind kind, Portion portion, boolean returnCodes) {
        assertThat(await(afterSale.post(shop.key(), "", of, new Step(kind, portion, returnCodes, null))))
                .isInstanceOf(Posted.class);
    }

    private void reverse(JournaledTransaction of, Portion portion, boolean returnCodes) {
        post(of, Step.Kind.REVERSAL, portion, returnCodes);
    }

    @Test
    void a_reversal_leaves_delivered_codes_out_of_the_pool() {
        JournaledTransaction bought = three();
        assertThat(shop.pool()).containsExactly(C4, C5);
        reverse(bought, units(1), false);
        reverse(bought, Portion.WHOLE, false);
        assertThat(shop.balance()).isEqualTo(1_000);
        assertThat(shop.pool()).containsExactly(C4, C5);
    }

    @Test
    void a_reversal_that_returns_the_codes_puts_them_last() {
        JournaledTransaction bought = three();
        reverse(bought, Portion.WHOLE, true);
        assertThat(shop.balance()).isEqualTo(1_000);
        assertThat(shop.pool()).containsExactly(C4, C5, C1, C2, C3);
    }

    @Test
    void units_reversed_one_after_the_other_return_each_code_once_and_only_those_said_to() {
        JournaledTransaction bought = three();
        reverse(bought, units(1), true);
        assertThat(shop.pool()).containsExactly(C4, C5, C3);
        reverse(bought, units(1), false);
        assertThat(shop.pool()).containsExactly(C4, C5, C3);
        reverse(bought, units(1), true);
        assertThat(shop.pool()).containsExactly(C4, C5, C3, C1);
    }

    @Test
    void the_codes_that_a_capture_leaves_return_and_those_it_keeps_do_when_said_to() {
        JournaledTransaction held = three(new HoldLeg(60_000));
        assertThat(shop.pool()).containsExactly(C4, C5);
        post(held, Step.Kind.CAPTURE, units(1), false);
        assertThat(shop.pool()).containsExactly(C4, C5, C2, C3);
        assertThat(shop.balance()).isEqualTo(990);
        reverse(held, Portion.WHOLE, true);
        assertThat(shop.pool()).containsExactly(C4, C5, C2, C3, C1);
    }

    @Test
    void the_codes_of_a_captured_hold_are_delivered() {
        JournaledTransaction held = three(new HoldLeg(60_000));
        post(held, Step.Kind.CAPTURE, Portion.WHOLE, false);
        assertThat(shop.pool()).containsExactly(C4, C5);
        reverse(held, Portion.WHOLE, false);
        assertThat(shop.pool()).containsExactly(C4, C5);
        assertThat(shop.balance()).isEqualTo(1_000);
    }

    @Test
    void a_released_hold_returns_its_codes_unasked() {
        JournaledTransaction held = three(new HoldLeg(60_000));
        post(held, Step.Kind.RELEASE, Portion.WHOLE, false);
        assertThat(shop.pool()).containsExactly(C4, C5, C1, C2, C3);
    }
}
