package dev.counterfoil.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeadlineTest {
    @Test
    void what_is_given_up_before_it_is_sent_is_never_sent() {
        Deadline deadline = new Deadline();
        assertThat(deadline.pass()).isTrue();
        assertThat(deadline.beginSending()).isFalse();
        assertThat(deadline.pass()).isTrue();
    }

    @Test
    void what_was_sent_before_it_is_given_up_may_have_been_posted_and_is_not_sent_again() {
        Deadline deadline = new Deadline();
        assertThat(deadline.beginSending()).isTrue();
        assertThat(deadline.beginSending()).isTrue();
        assertThat(deadline.pass()).isFalse();
        assertThat(deadline.beginSending()).isFalse();
    }

    @Test
    void none_never_passes() {
        assertThat(Deadline.NONE.beginSending()).isTrue();
        assertThat(Deadline.NONE.beginSending()).isTrue();
    }
}
