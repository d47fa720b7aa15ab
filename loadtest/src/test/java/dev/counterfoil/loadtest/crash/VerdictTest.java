package dev.counterfoil.loadtest.crash;

import static dev.counterfoil.loadtest.crash.Told.begun;
import static dev.counterfoil.loadtest.crash.Told.captured;
import static dev.counterfoil.loadtest.crash.Told.held;
import static dev.counterfoil.loadtest.crash.Told.problem;
import static dev.counterfoil.loadtest.crash.Told.redeemed;
import static dev.counterfoil.loadtest.crash.Told.released;
import static dev.counterfoil.loadtest.crash.Told.reversed;
import static dev.counterfoil.loadtest.crash.Told.row;
import static dev.counterfoil.loadtest.crash.Told.step;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A harness that finds nothing proves nothing: each kind of damage, made by hand, has to be noticed. */
class VerdictTest {
    @Test
    void what_is_there_once_as_told_is_good() {
        Operation redeemed = redeemed("a", 1);
        Operation captured = held("b", 2);
        Operation released = held("c", 3);
        List<Operation> operations = List.of(
                redeemed,
                captured,
                released,
                captured(captured, "d"),
                released(released, "e"),
                reversed(redeemed, "f", 6));
        List<Settled.Row> rows = List.of(
                row(1, "redemption", "a"),
                row(2, "redemption", "b"),
                row(3, "redemption", "c"),
                step(4, "capture", captured),
                step(5, "release", released),
                step(6, "reversal", redeemed));

        Verdict verdict = Verdict.of(operations, rows);

        assertThat(verdict.good()).as(verdict.toString()).isTrue();
        assertThat(verdict.acknowledged()).isEqualTo(6);
    }

    @Test
    void nothing_acknowledged_is_not_good() {
        assertThat(Verdict.of(List.of(), List.of()).good()).isFalse();
    }

    @Test
    void a_redemption_that_was_told_and_is_missing_is_lost() {
        Verdict verdict = Verdict.of(List.of(redeemed("a", 1)), List.of());

        assertThat(verdict.lost()).singleElement().asString().contains("redeem a");
        assertThat(verdict.good()).isFalse();
    }

    @Test
    void a_redemption_whose_place_another_took_is_lost() {
        assertThat(Verdict.of(List.of(redeemed("a", 1)), List.of(row(1, "redemption", "b")))
                        .lost())
                .hasSize(1);
        assertThat(Verdict.of(List.of(redeemed("a", 1)), List.of(row(2, "redemption", "a")))
                        .lost())
                .hasSize(1);
        assertThat(Verdict.of(
                                List.of(redeemed("a", 1)),
                                List.of(new Settled.Row(1, "redemption", "a", null, Told.AT + 1)))
                        .lost())
                .as("posted at another time than told")
                .hasSize(1);
    }

    @Test
    void a_redemption_that_is_there_twice_is_doubled() {
        Verdict verdict =
                Verdict.of(List.of(redeemed("a", 1)), List.of(row(1, "redemption", "a"), row(2, "redemption", "a")));

        assertThat(verdict.lost()).isEmpty();
        assertThat(verdict.doubled()).containsExactly("redeem a posted 2 times");
        assertThat(verdict.good()).isFalse();
    }

    @Test
    void what_was_refused_and_posted_is_doubled() {
        Operation refused = begun("a");
        refused.answered(409, problem("insufficient_stock", true));

        Verdict verdict = Verdict.of(
                List.of(redeemed("b", 2), refused), List.of(row(1, "redemption", "a"), row(2, "redemption", "b")));

        assertThat(verdict.doubled()).containsExactly("redeem a was refused, and posted 1 times");
        assertThat(verdict.good()).isFalse();
    }

    @Test
    void what_has_no_final_answer_is_unresolved() {
        Operation open = begun("a");
        open.unanswered();

        Verdict verdict = Verdict.of(List.of(redeemed("b", 2), open), List.of(row(2, "redemption", "b")));

        assertThat(verdict.unresolved()).containsExactly("redeem a");
        assertThat(verdict.good()).isFalse();
    }

    @Test
    void a_step_that_is_missing_is_lost_and_one_that_is_there_twice_is_doubled() {
        Operation hold = held("a", 1);
        Operation capture = captured(hold, "b");
        Operation redeemed = redeemed("c", 2);
        Operation reversal = reversed(redeemed, "d", 4);
        List<Operation> operations = List.of(hold, capture, redeemed, reversal);
        List<Settled.Row> redemptions = List.of(row(1, "redemption", "a"), row(2, "redemption", "c"));

        Verdict missing = Verdict.of(operations, redemptions);
        List<Settled.Row> twice = new java.util.ArrayList<>(redemptions);
        twice.addAll(List.of(
                step(3, "capture", hold),
                step(4, "reversal", redeemed),
                step(5, "capture", hold),
                step(6, "reversal", redeemed)));
        Verdict doubled = Verdict.of(operations, twice);

        assertThat(missing.lost()).hasSize(2);
        assertThat(doubled.lost()).isEmpty();
        assertThat(doubled.doubled()).containsExactly("capture b posted 2 times", "reverse d posted 2 times");
    }

    @Test
    void balances_that_differ_from_the_answers_are_noticed() {
        ClientBooks client = new ClientBooks();
        client.stocked("crab", 10);
        Operation redeemed = redeemed("a", 1);
        client.posted(redeemed);
        Verdict rows = Verdict.of(List.of(redeemed), List.of(row(1, "redemption", "a")));

        Verdict right = rows.andBalances(client, 100, Map.of(Told.CARD, 86L), Map.of("crab", 8L));
        Verdict charged = rows.andBalances(client, 100, Map.of(Told.CARD, 72L), Map.of("crab", 6L));
        Verdict forgotten = rows.andBalances(client, 100, Map.of(Told.CARD, 100L), Map.of("crab", 10L));

        assertThat(right.good()).isTrue();
        assertThat(charged.doubled()).hasSize(2);
        assertThat(charged.good()).isFalse();
        assertThat(forgotten.lost()).hasSize(2);
        assertThat(forgotten.good()).isFalse();
    }

    @Test
    void what_returned_stands_on_the_card_and_the_shelf_again() {
        ClientBooks client = new ClientBooks();
        client.stocked("crab", 10);
        Operation redeemed = redeemed("a", 1);
        Operation hold = held("b", 2);
        for (Operation posted : List.of(redeemed, reversed(redeemed, "c", 3), hold, released(hold, "d"))) {
            client.posted(posted);
        }

        assertThat(client.spent(Told.CARD)).isZero();
        assertThat(client.units()).containsExactly(Map.entry("crab", 10L));
    }

    @Test
    void an_answer_that_is_not_repeated_is_wrong() {
        Verdict verdict = Verdict.of(List.of(redeemed("a", 1)), List.of(row(1, "redemption", "a")));

        assertThat(verdict.andReplays(List.of()).good()).isTrue();
        assertThat(verdict.andReplays(List.of("redeem a asked again answered 409"))
                        .good())
                .isFalse();
    }

    @Test
    void an_id_tells_its_sequence() {
        assertThat(Verdict.sequence("tx_000000000001A")).isEqualTo(42);
        assertThat(Verdict.sequence("")).isZero();
        assertThat(Verdict.sequence("tx_00000000000!A")).isZero();
    }
}
