package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedemptionQueryTest {
    @Test
    void a_cursor_survives_its_text() {
        RedemptionQuery.Cursor cursor = new RedemptionQuery.Cursor(1_795_262_400_123L, 9_007_199_254_740_991L);
        assertThat(RedemptionQuery.Cursor.parse(cursor.text())).contains(cursor);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "1",
                "1.",
                ".1",
                "-1.1",
                "1.0",
                "1.-1",
                "zzzzzzzzzzzz.1",
                "1.1.1",
                "1.ZZZZZZZZZZZZZZZZ",
                "a b.1"
            })
    void another_text_is_no_cursor(String text) {
        assertThat(RedemptionQuery.Cursor.parse(text)).isEmpty();
    }

    @Test
    void a_page_has_bounds() {
        assertThatThrownBy(() -> new RedemptionQuery(null, null, null, null, null, null, null, 0))
                .hasMessage("limit: 0 (expected: 1..200)");
        assertThatThrownBy(() -> new RedemptionQuery(null, null, null, null, null, null, null, 201))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
