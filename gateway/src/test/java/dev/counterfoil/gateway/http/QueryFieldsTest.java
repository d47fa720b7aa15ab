package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QueryFieldsTest {
    private static final Text CARD = Text.matching(21, "card_[a-z]{16}", "a card's id, card_…");

    /** A reader that takes the form for granted must not trip over what was rejected. */
    @Test
    void what_is_rejected_is_not_there_for_whoever_reads_on() {
        assertThatThrownBy(() -> QueryFields.read("card=xy&status=odd", query -> {
                    assertThat(query.text("card", CARD)).isEmpty();
                    assertThat(query.oneOf("status", List.of("held", "posted"))).isEmpty();
                    return query;
                }))
                .isInstanceOf(Rejection.class);
        Optional<String> card = QueryFields.read("card=card_abcdefghijklmnop", query -> query.text("card", CARD));
        assertThat(card).contains("card_abcdefghijklmnop");
    }
}
