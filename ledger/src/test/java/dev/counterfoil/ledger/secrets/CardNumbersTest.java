package dev.counterfoil.ledger.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CardNumbersTest {
    @Test
    void numbers_have_sixteen_digits_and_follow_each_other() {
        assertThat(CardNumbers.number(1)).isEqualTo("1000000000000001");
        assertThat(CardNumbers.number(42)).isEqualTo("1000000000000042");
        assertThat(CardNumbers.number(CardNumbers.MAX_ORDINAL)).isEqualTo("1000999999999999");
    }

    @Test
    void an_ordinal_out_of_range_is_refused() {
        assertThatThrownBy(() -> CardNumbers.number(0)).hasMessageContaining("card ordinal: 0");
        assertThatThrownBy(() -> CardNumbers.number(CardNumbers.MAX_ORDINAL + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numbers_of_cards_that_are_made_here_are_kept_for_them() {
        assertThat(CardNumbers.ordinal(CardNumbers.number(42))).isEqualTo(42);
        assertThat(CardNumbers.isReserved(CardNumbers.number(1))).isTrue();
        assertThat(CardNumbers.isReserved(CardNumbers.number(CardNumbers.MAX_ORDINAL)))
                .isTrue();
        assertThat(CardNumbers.isReserved("1001000000000000")).isFalse();
        assertThat(CardNumbers.isReserved("100000000000001")).isFalse();
        assertThat(CardNumbers.isReserved("100000000000000A"))
                .as("in a range of them, as texts are compared")
                .isTrue();
    }

    @Test
    void what_people_type_is_read() {
        assertThat(CardNumbers.normalise(" 1000-0000 0000-0042")).contains("1000000000000042");
        assertThat(CardNumbers.normalise("ab-12")).contains("AB12");
        assertThat(CardNumbers.normalise("")).isEmpty();
        assertThat(CardNumbers.normalise("12\u0000")).isEmpty();
        assertThat(CardNumbers.normalise("1".repeat(32))).isPresent();
        assertThat(CardNumbers.normalise("1".repeat(33))).isEmpty();
    }

    @Test
    void the_last_four_are_shown() {
        assertThat(CardNumbers.last4("1000000000000042")).isEqualTo("0042");
        assertThat(CardNumbers.last4("42")).isEqualTo("42");
    }
}
