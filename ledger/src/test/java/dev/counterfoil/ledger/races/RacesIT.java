package dev.counterfoil.ledger.races;

import static dev.counterfoil.ledger.races.TwoLedgers.posted;
import static dev.counterfoil.ledger.races.TwoLedgers.redemption;
import static dev.counterfoil.ledger.races.TwoLedgers.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.model.SampleLegs;
import dev.counterfoil.ledger.redis.RedisKeys;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Racers for one thing through two ledgers: exactly as many get it as there is of it, and the books balance. */
class RacesIT {
    private static final int TRANSFERS = 60;

    private static TwoLedgers ledgers;

    @BeforeAll
    static void open() {
        ledgers = new TwoLedgers();
    }

    @AfterAll
    static void close() {
        ledgers.close();
    }

    private static Cell withCards(int count, long balance) {
        Cell cell = ledgers.cell();
        for (int i = 0; i < count; i++) {
            ledgers.post(cell, TransactionType.ISSUE, "issue" + i, null, SampleLegs.newCard("c" + i, balance));
        }
        return cell;
    }

    private static void stock(Cell cell, String sku, long units) {
        ledgers.post(cell, TransactionType.STOCKING, "stock " + sku, null, SampleLegs.stock(sku, units));
    }

    private static long balance(Cell cell, String card) {
        return ledgers.stored(new JournalSums.Place(RedisKeys.card(cell, SampleLegs.id(card)), "b"));
    }

    private static long units(Cell cell, String sku) {
        return ledgers.stored(new JournalSums.Place(RedisKeys.item(cell, sku), "u"));
    }

    @Test
    void a_thousand_racers_for_a_hundred_units_get_exactly_a_hundred() {
        Cell cell = withCards(20, 100_000);
        stock(cell, "crab", 100);
        List<Outcome> outcomes = ledgers.race(
                1_000,
                i -> redemption(
                        cell, "racer" + i, null, SampleLegs.stock("crab", -1), SampleLegs.debit("c" + i % 20, 100)));
        assertThat(posted(outcomes)).isEqualTo(100);
        assertThat(refused(outcomes, Refusal.INSUFFICIENT_STOCK)).isEqualTo(900);
        assertThat(units(cell, "crab")).isZero();
        assertThat(ledgers.journal(cell).transactions()).isEqualTo(20 + 1 + 100);
        ledgers.requireBalanced(cell);
    }

    @Test
    void racers_on_one_card_spend_exactly_what_it_holds() {
        Cell cell = withCards(1, 10_000);
        List<Outcome> outcomes =
                ledgers.race(64, i -> redemption(cell, "racer" + i, null, SampleLegs.debit("c0", 370)));
        assertThat(posted(outcomes)).isEqualTo(27);
        assertThat(refused(outcomes, Refusal.INSUFFICIENT_BALANCE)).isEqualTo(37);
        assertThat(balance(cell, "c0")).isEqualTo(10_000 - 27 * 370);
        ledgers.requireBalanced(cell);
    }

    @Test
    void debits_that_race_with_credits_leave_what_was_put_in_less_what_was_taken_out() {
        Cell cell = withCards(1, 300);
        List<Outcome> outcomes = ledgers.race(
                200,
                i -> redemption(
                        cell,
                        "racer" + i,
                        null,
                        i % 2 == 0 ? SampleLegs.debit("c0", 130) : SampleLegs.credit("c0", 50)));
        long debits = 0;
        for (int i = 0; i < outcomes.size(); i++) {
            if (i % 2 == 0) {
                debits += outcomes.get(i) instanceof Posted ? 1 : 0;
            } else {
                assertThat(outcomes.get(i)).isInstanceOf(Posted.class);
            }
        }
        assertThat(debits).isBetween(2L, (300L + 100 * 50) / 130);
        assertThat(balance(cell, "c0")).isEqualTo(300 + 100 * 50 - debits * 130).isNotNegative();
        ledgers.requireBalanced(cell);
    }

    @Test
    void one_key_sent_by_sixty_four_racers_through_both_ledgers_posts_once_and_all_hear_of_that_post() {
        Cell cell = withCards(1, 10_000);
        List<Outcome> outcomes = ledgers.race(64, i -> redemption(cell, "same", null, SampleLegs.debit("c0", 10)));
        assertThat(posted(outcomes)).isEqualTo(64);
        assertThat(outcomes.stream().filter(outcome -> !outcome.replayed()).count())
                .isEqualTo(1);
        assertThat(outcomes.stream()
                        .map(outcome -> ((Posted) outcome).transaction())
                        .map(transaction -> transaction.sequence() + " "
                                + transaction.data().encode()
                                + transaction.result().encode())
                        .collect(Collectors.toSet()))
                .hasSize(1);
        assertThat(balance(cell, "c0")).isEqualTo(9_990);
        assertThat(ledgers.journal(cell).transactions()).isEqualTo(2);
        ledgers.requireBalanced(cell);
    }

    @Test
    void one_key_that_brings_two_requests_posts_one_of_them_and_tells_the_others() {
        Cell cell = withCards(1, 10_000);
        List<Outcome> outcomes = ledgers.race(64, i -> {
            var sent = redemption(cell, "same", null, SampleLegs.debit("c0", i % 2 == 0 ? 10 : 700));
            byte[] fingerprint = SampleLegs.sixteen("of " + i % 2);
            var key = new IdempotencyKey("cl_test", sent.key().record(), fingerprint);
            return new Transaction(cell, sent.type(), key, sent.requestId(), null, sent.legs(), sent.request());
        });
        assertThat(posted(outcomes)).isEqualTo(32);
        assertThat(refused(outcomes, Refusal.IDEMPOTENCY_KEY_REUSED)).isEqualTo(32);
        assertThat(balance(cell, "c0")).isIn(9_990L, 9_300L);
        assertThat(ledgers.journal(cell).transactions()).isEqualTo(2);
        ledgers.requireBalanced(cell);
    }

    @Test
    void racers_for_a_days_limit_get_exactly_the_limit_also_by_several_at_a_time() {
        Cell cell = withCards(8, 100_000);
        long now = System.currentTimeMillis();
        String counter = QuotaLeg.keyOf("account", "crab", "u_1", "a day");
        List<Outcome> outcomes = ledgers.race(
                64,
                i -> redemption(
                        cell,
                        "racer" + i,
                        null,
                        SampleLegs.debit("c" + i % 8, 10),
                        new QuotaLeg(
                                "per_account_daily",
                                counter,
                                1 + i % 2,
                                20,
                                now - 86_400_000,
                                now + 86_400_000,
                                now + 2 * 86_400_000,
                                false)));
        long used = 0;
        for (int i = 0; i < 64; i++) {
            used += outcomes.get(i) instanceof Posted ? 1 + i % 2 : 0;
        }
        assertThat(used).isEqualTo(20);
        assertThat(refused(outcomes, Refusal.QUOTA_EXCEEDED)).isEqualTo(64 - posted(outcomes));
        assertThat(ledgers.stored(new JournalSums.Place(RedisKeys.quota(cell, counter), "")))
                .isEqualTo(20);
        ledgers.requireBalanced(cell);
    }

    @Test
    void racers_on_one_account_spend_exactly_what_it_holds() {
        Cell cell = ledgers.cell();
        Leg credit = new AccountLeg("u_1", "points", 1, 1_000, false, false, null, null);
        ledgers.post(cell, TransactionType.ADJUSTMENT, "fill", "u_1", credit);
        List<Outcome> outcomes =
                ledgers.race(64, i -> redemption(cell, "racer" + i, "u_1", AccountLeg.pays("u_1", "points", 30)));
        assertThat(posted(outcomes)).isEqualTo(33);
        assertThat(refused(outcomes, Refusal.INSUFFICIENT_BALANCE)).isEqualTo(31);
        assertThat(ledgers.stored(new JournalSums.Place(RedisKeys.account(cell, "u_1"), "b:points")))
                .isEqualTo(10);
        ledgers.requireBalanced(cell);
    }

    @Test
    void a_card_that_is_voided_while_racers_spend_it_is_spent_by_none_after() {
        Cell cell = withCards(1, 1_000_000);
        List<Outcome> outcomes = ledgers.race(
                200,
                i -> redemption(
                        cell,
                        "racer" + i,
                        null,
                        i == 100 ? SampleLegs.card("c0", 0, 0, null, CardState.VOID) : SampleLegs.debit("c0", 10)));
        assertThat(outcomes.get(100)).isInstanceOf(Posted.class);
        long at = ((Posted) outcomes.get(100)).transaction().sequence();
        assertThat(at).isEqualTo(ledgers.journal(cell).transactions());
        assertThat(posted(outcomes) + refused(outcomes, Refusal.CARD_VOID)).isEqualTo(200);
        assertThat(balance(cell, "c0")).isEqualTo(1_000_000 - 10 * (posted(outcomes) - 1));
        ledgers.requireBalanced(cell);
    }

    @Test
    void of_two_transfers_that_move_a_cards_value_to_a_new_card_exactly_one_posts() {
        Cell cell = ledgers.cell();
        for (int round = 0; round < TRANSFERS; round++) {
            String old = "c" + round;
            ledgers.post(cell, TransactionType.ISSUE, "issue" + round, null, SampleLegs.newCard(old, 500));
            Leg leaves = SampleLegs.card(old, -1, 500, 500L, CardState.VOID);
            requireOneTransferred(cell, round, leaves, Refusal.CARD_VOID);
            assertThat(balance(cell, old)).isZero();
        }
        ledgers.requireBalanced(cell);
    }

    @Test
    void of_two_transfers_that_take_a_card_from_its_owner_exactly_one_posts() {
        Cell cell = ledgers.cell();
        for (int round = 0; round < TRANSFERS; round++) {
            String old = "c" + round;
            ledgers.post(cell, TransactionType.ISSUE, "issue" + round, null, SampleLegs.newCard(old, 500));
            CardLeg untouched = SampleLegs.card(old, 0, 0, null, null);
            ledgers.post(cell, TransactionType.ADJUSTMENT, "own" + round, null, untouched.givenTo("u_1"));
            Leg leaves = untouched.spentBy("u_1").givenTo("u_2");
            requireOneTransferred(cell, round, leaves, Refusal.CARD_NOT_OWNED);
            assertThat(balance(cell, old)).isEqualTo(500);
        }
        ledgers.requireBalanced(cell);
    }

    /** Each brings a new card of its own: that of the one posted is there, the other's is not. */
    private static void requireOneTransferred(Cell cell, int round, Leg leaves, Refusal reason) {
        long before = ledgers.journal(cell).transactions();
        List<Outcome> outcomes = ledgers.race(
                2,
                i -> redemption(
                        cell, "move" + round + "." + i, null, leaves, SampleLegs.newCard("n" + round + "." + i, 500)));
        assertThat(posted(outcomes)).isEqualTo(1);
        assertThat(refused(outcomes, reason)).isEqualTo(1);
        assertThat(ledgers.journal(cell).transactions()).isEqualTo(before + 1);
        for (int i = 0; i < 2; i++) {
            assertThat(balance(cell, "n" + round + "." + i)).isEqualTo(outcomes.get(i) instanceof Posted ? 500 : 0);
        }
    }
}
