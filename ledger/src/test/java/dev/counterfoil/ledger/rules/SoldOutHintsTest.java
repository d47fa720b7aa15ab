package dev.counterfoil.ledger.rules;

import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.sixteen;
import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoldOutHintsTest {
    private final SoldOutHints hints = new SoldOutHints();

    private static Transaction redemption(String program, Leg... legs) {
        IdempotencyKey key = new IdempotencyKey("cl_1", sixteen("k"), sixteen("f"));
        return new Transaction(
                Cell.of(program), TransactionType.REDEMPTION, key, "r1", null, List.of(legs), new JsonObject());
    }

    private static Refused refused(Refusal reason, long used) {
        return new Refused(reason, "r1", "", 9, used, 0, false);
    }

    private void heard(Outcome outcome, Leg... legs) {
        hints.heard(redemption("demo", legs), outcome);
    }

    @Test
    void who_wants_more_than_there_was_is_likely_to_be_refused() {
        assertThat(hints.likely(redemption("demo", stock("crab", -3)))).isFalse();
        heard(refused(Refusal.INSUFFICIENT_STOCK, 2), stock("crab", -3), debit("a", 1));
        assertThat(hints.likely(redemption("demo", stock("crab", -3), debit("a", 1))))
                .isTrue();
        assertThat(hints.likely(redemption("demo", stock("crab", -2)))).isFalse();
        assertThat(hints.likely(redemption("demo", stock("crab", 3)))).isFalse();
        assertThat(hints.likely(redemption("demo", stock("prawn", -3)))).isFalse();
        assertThat(hints.likely(redemption("other", stock("crab", -3)))).isFalse();
        assertThat(hints.likely(redemption("demo", new CodesLeg("crab", 3)))).isFalse();
    }

    @Test
    void before_the_opening_everybody_is() {
        Leg window = stock("crab", 0);
        heard(refused(Refusal.SALE_NOT_OPEN, 0), window);
        assertThat(hints.likely(redemption("demo", window))).isTrue();
        assertThat(hints.likely(redemption("demo", stock("crab", -1)))).isTrue();
    }

    @Test
    void of_a_pool_too() {
        Leg codes = new CodesLeg("video", 2);
        heard(refused(Refusal.INSUFFICIENT_STOCK, 1), codes, debit("a", 1));
        assertThat(hints.likely(redemption("demo", codes))).isTrue();
        assertThat(hints.likely(redemption("demo", new CodesLeg("video", 1)))).isFalse();
    }

    @Test
    void only_the_first_leg_is_asked_about() {
        heard(refused(Refusal.INSUFFICIENT_STOCK, 0), stock("crab", -1));
        assertThat(hints.likely(redemption("demo", stock("prawn", -1), stock("crab", -1))))
                .isFalse();
        assertThat(hints.likely(redemption("demo", debit("a", 1), stock("crab", -1))))
                .isFalse();
    }

    @Test
    void which_of_several_items_refused_is_not_known() {
        heard(refused(Refusal.INSUFFICIENT_STOCK, 0), stock("crab", -1), stock("prawn", -1));
        assertThat(hints.likely(redemption("demo", stock("crab", -1)))).isFalse();
    }

    @Test
    void any_other_answer_ends_it() {
        heard(refused(Refusal.INSUFFICIENT_STOCK, 0), stock("crab", -1));
        heard(refused(Refusal.CARD_UNKNOWN, 0), stock("crab", -1), debit("a", 1));
        assertThat(hints.likely(redemption("demo", stock("crab", -1)))).isFalse();
    }

    @Test
    void what_is_stocked_and_refused_says_nothing() {
        heard(refused(Refusal.INSUFFICIENT_STOCK, 0), stock("crab", 5));
        assertThat(hints.likely(redemption("demo", stock("crab", -1)))).isFalse();
    }
}
