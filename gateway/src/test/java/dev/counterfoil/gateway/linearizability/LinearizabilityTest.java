package dev.counterfoil.gateway.linearizability;

import static dev.counterfoil.gateway.linearizability.Change.enough;
import static dev.counterfoil.gateway.linearizability.Change.lacking;
import static dev.counterfoil.gateway.linearizability.Change.posted;
import static dev.counterfoil.gateway.linearizability.Change.read;
import static dev.counterfoil.gateway.linearizability.Change.unknown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The checker on histories whose verdict is known. */
class LinearizabilityTest {
    private static final int MOST = 100_000;

    private static Operation<Change> at(long invoked, long answered, Change change) {
        return new Operation<>(change, invoked, answered);
    }

    private static Operation<Change> unanswered(long invoked, Change change) {
        return new Operation<>(change, invoked, Operation.NEVER);
    }

    @SafeVarargs
    private static Optional<String> violation(long start, Operation<Change>... history) {
        return Linearizability.violation(new NumberModel(start), List.of(history), MOST);
    }

    @Test
    void calls_one_after_the_other_are_taken_in_their_order() {
        assertThat(violation(
                        100,
                        at(0, 1, posted(-30, 70)),
                        at(2, 3, read(70)),
                        at(4, 5, lacking(-80, 70)),
                        at(6, 7, posted(20, 90)),
                        at(8, 9, enough(-90)),
                        at(10, 11, posted(-90)),
                        at(12, 13, read(0))))
                .isEmpty();
    }

    @Test
    void concurrent_calls_may_have_happened_in_either_order() {
        assertThat(violation(100, at(0, 10, posted(-30, 30)), at(1, 9, posted(-40, 60))))
                .isEmpty();
        assertThat(violation(100, at(0, 10, read(60)), at(1, 9, posted(-40, 60))))
                .isEmpty();
        assertThat(violation(100, at(0, 10, read(100)), at(1, 9, posted(-40, 60))))
                .isEmpty();
    }

    @Test
    void times_that_meet_count_as_concurrent() {
        assertThat(violation(100, at(0, 5, posted(-40, 60)), at(5, 9, read(100))))
                .isEmpty();
    }

    @Test
    void a_stale_read_is_refused() {
        assertThat(violation(100, at(0, 5, posted(-40, 60)), at(6, 9, read(100))))
                .hasValueSatisfying(why -> assertThat(why).contains("state 60", "READ, delta=0, value=100"));
    }

    @Test
    void a_read_that_goes_back_in_time_is_refused_also_while_the_change_is_under_way() {
        assertThat(violation(100, at(0, 20, posted(-40, 60)), at(2, 4, read(60)), at(6, 8, read(100))))
                .isPresent();
        assertThat(violation(100, at(0, 20, posted(-40, 60)), at(2, 4, read(100)), at(6, 8, read(60))))
                .isEmpty();
    }

    @Test
    void a_lost_update_is_refused() {
        assertThat(violation(100, at(0, 10, posted(-30, 70)), at(1, 9, posted(-30, 70))))
                .isPresent();
        assertThat(violation(100, at(0, 10, posted(-30)), at(1, 9, posted(-30)), at(11, 12, read(70))))
                .isPresent();
    }

    @Test
    void a_double_spend_is_refused() {
        assertThat(violation(100, at(0, 10, posted(-80)), at(1, 9, posted(-80))))
                .isPresent();
        assertThat(violation(1, at(0, 10, posted(-1)), at(1, 9, posted(-1)), at(11, 12, read(0))))
                .isPresent();
    }

    @Test
    void a_refusal_without_a_reason_is_refused() {
        assertThat(violation(100, at(0, 1, lacking(-80, 100)))).isPresent();
        assertThat(violation(100, at(0, 1, lacking(-80, 70)))).isPresent();
        assertThat(violation(100, at(0, 10, posted(-90, 10)), at(1, 9, lacking(-80, 10))))
                .isEmpty();
        assertThat(violation(50, at(0, 1, enough(-60)))).isPresent();
    }

    @Test
    void what_was_never_answered_may_have_happened_at_any_time_or_not() {
        assertThat(violation(100, unanswered(0, unknown(-40)), at(1, 2, read(100)), at(3, 4, read(100))))
                .isEmpty();
        assertThat(violation(100, unanswered(0, unknown(-40)), at(1, 2, read(100)), at(3, 4, read(60))))
                .isEmpty();
        assertThat(violation(100, unanswered(0, unknown(-40)), at(1, 2, posted(-70, 30)), at(3, 4, read(30))))
                .isEmpty();
    }

    @Test
    void what_was_never_answered_happens_at_most_once_never_in_part_and_not_before_it_was_asked() {
        assertThat(violation(100, unanswered(0, unknown(-40)), at(1, 2, read(60)), at(3, 4, read(20))))
                .isPresent();
        assertThat(violation(100, unanswered(0, unknown(-40)), at(1, 2, read(80))))
                .isPresent();
        assertThat(violation(100, at(1, 2, read(60)), unanswered(3, unknown(-40))))
                .isPresent();
        assertThat(violation(100, unanswered(0, unknown(-40)), at(1, 2, read(60)), at(3, 4, read(100))))
                .isPresent();
    }

    @Test
    void a_call_retried_under_its_key_is_one_call_from_the_first_try_to_the_last_answer() {
        assertThat(violation(100, at(0, 30, posted(-40, 60)), at(5, 6, read(60)), at(10, 11, posted(-10, 50))))
                .isEmpty();
    }

    @Test
    void a_search_that_grows_too_large_is_undecided_and_not_a_verdict() {
        List<Operation<Change>> history = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            history.add(at(i, 1_000 + i, posted(-(1L << i))));
        }
        history.add(at(2_000, 2_001, read(7)));
        assertThatThrownBy(() -> Linearizability.violation(new NumberModel(1L << 40), history, 10_000))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("undecided after 10000 configurations");
    }

    /** Histories of a real number under a lock are taken; each is refused once one of its answers is another. */
    @Test
    void random_histories_of_a_true_number_are_taken_and_with_one_answer_falsified_refused() {
        long seed = Long.getLong("linearizability.seed", 20261126L);
        System.out.println("linearizability.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<Operation<Change>> history = RandomHistory.of(random, 40, 5);
            NumberModel model = new NumberModel(RandomHistory.START);
            assertThat(Linearizability.violation(model, history, MOST))
                    .as("round %d", round)
                    .isEmpty();
            int last = history.size() - 1;
            Operation<Change> read = history.get(last);
            for (long wrong : new long[] {-1, 1, 1_000}) {
                List<Operation<Change>> falsified = new ArrayList<>(history);
                falsified.set(
                        last,
                        at(
                                read.invokedNanos(),
                                read.answeredNanos(),
                                read(read.action().value() + wrong)));
                assertThat(Linearizability.violation(model, falsified, MOST))
                        .as("round %d, last read off by %d", round, wrong)
                        .isPresent();
            }
        }
    }

    /** Every order tried out, on histories small enough for that, says the same as the search. */
    @Test
    void the_search_says_what_trying_every_order_says() {
        long seed = Long.getLong("linearizability.seed", 20261126L);
        System.out.println("linearizability.seed=" + seed);
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            List<Operation<Change>> history = RandomHistory.anyAnswers(random, 1 + random.nextInt(6));
            NumberModel model = new NumberModel(RandomHistory.FEW);
            boolean expected = EveryOrder.explains(model, history);
            Optional<String> violation = Linearizability.violation(model, history, MOST);
            assertThat(violation.isEmpty()).as("round %d: %s", round, history).isEqualTo(expected);
            refused += expected ? 0 : 1;
        }
        assertThat(refused).isBetween(4_000, 16_000);
    }

    /** What was written last counts, so the same calls lead to several states: what a memory without the state gets wrong. */
    private static final Model<Integer, Integer> REGISTER = new Model<>() {
        @Override
        public Integer initial() {
            return 0;
        }

        /** 10 + v writes v, v reads it. */
        @Override
        public Optional<Integer> after(Integer state, Integer action) {
            return action >= 10 ? Optional.of(action - 10) : Optional.of(state).filter(action::equals);
        }
    };

    @Test
    void the_search_says_what_trying_every_order_says_also_where_the_order_of_changes_matters() {
        long seed = Long.getLong("linearizability.seed", 20261126L);
        System.out.println("linearizability.seed=" + seed);
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            List<Operation<Integer>> history = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                long invoked = random.nextInt(12);
                history.add(new Operation<>(
                        random.nextInt(3) + 10 * random.nextInt(2), invoked, invoked + random.nextInt(9)));
            }
            boolean expected = EveryOrder.explains(REGISTER, history);
            assertThat(Linearizability.violation(REGISTER, history, MOST).isEmpty())
                    .as("round %d: %s", round, history)
                    .isEqualTo(expected);
            refused += expected ? 0 : 1;
        }
        assertThat(refused).isBetween(4_000, 16_000);
    }
}
