package dev.counterfoil.loadtest.crash;

import static dev.counterfoil.loadtest.crash.Told.begun;
import static dev.counterfoil.loadtest.crash.Told.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.loadtest.crash.Operation.State;
import org.junit.jupiter.api.Test;

class OperationTest {
    @Test
    void a_503_is_never_final() {
        Operation operation = begun("a");

        operation.answered(503, problem("outcome_unknown", true));
        operation.answered(503, problem("ledger_unavailable", true));

        assertThat(operation.state()).isEqualTo(State.OPEN);
    }

    @Test
    void a_retryable_refusal_is_final_only_when_no_earlier_attempt_is_under_way() {
        Operation operation = begun("a");
        operation.unanswered();

        operation.answered(409, problem("insufficient_stock", true));
        State whileUnderWay = operation.state();
        operation.quiet();
        operation.answered(409, problem("insufficient_stock", true));

        assertThat(whileUnderWay).isEqualTo(State.OPEN);
        assertThat(operation.state()).isEqualTo(State.REFUSED);
        assertThat(operation.wasResolved()).isTrue();
    }

    @Test
    void a_pinned_refusal_is_final_at_once() {
        Operation operation = begun("a");
        operation.unanswered();

        operation.answered(409, problem("quota_exceeded", false));

        assertThat(operation.state()).isEqualTo(State.REFUSED);
    }

    @Test
    void a_refusal_that_nothing_explains_and_an_error_are_wrong() {
        Operation refused = begun("a");
        Operation failed = begun("b");

        refused.answered(409, problem("card_void", false));
        failed.answered(500, "oops");

        assertThat(refused.state()).isEqualTo(State.WRONG);
        assertThat(failed.state()).isEqualTo(State.WRONG);
        assertThat(failed.answer()).contains("500").contains("oops");
    }

    @Test
    void an_attempt_that_was_never_sent_leaves_nothing_unknown() {
        Operation operation = begun("a");

        operation.answered(409, problem("insufficient_stock", true));

        assertThat(operation.wasResolved()).isFalse();
    }
}
