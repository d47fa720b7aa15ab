package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.redis.JournalEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactDecoderTest {
    private static final String HASH = "AAAAAAAAAAAAAAAAAAAAAA";
    private static final String DATA =
            "{\"type\":\"redemption\",\"client\":\"cl_1\",\"idem\":\"" + HASH + "\",\"fp\":\"" + HASH
                    + "\",\"durability\":\"durable\",\"request\":{\"item\":\"crab\",\"metadata\":{\"account\":\"not this\"},"
                    + "\"account\":\"u_1\",\"lines\":[{\"item\":\"nor this\"}],\"reference\":\"A1\"},"
                    + "\"legs\":[[\"card\",-1],[\"stock\",\"crab\",-1]],\"new\":{\"legs\":[]}}";
    private static final String RESULT =
            "{\"at\":1795262400123,\"legs\":[[\"id\",\"api\",\"n\",\"gift:CNY\",9007199254740991,0,\"a\"],[499]]}";

    @Test
    void what_the_books_index_is_read_and_nothing_nested() {
        Fact fact = decode(DATA, RESULT);
        assertThat(fact.type()).isEqualTo("redemption");
        assertThat(fact.client()).isEqualTo("cl_1");
        assertThat(fact.account()).isEqualTo("u_1");
        assertThat(fact.reference()).isEqualTo("A1");
        assertThat(fact.idem()).hasSize(16);
        assertThat(fact.atMs()).isEqualTo(1795262400123L);
        assertThat(fact.legs().get(1).text(1)).isEqualTo("crab");
        assertThat(fact.results().get(0).number(4)).isEqualTo(9007199254740991L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{",
                "{\"at\":1,\"legs\":[[1]]}",
                "{\"at\":1,\"legs\":[[1],[1.5]]}",
                "{\"at\":1,\"legs\":[[1],[{}]]}",
                "{\"at\":1,\"legs\":[[1],[[2]]]}",
                "{\"at\":1,\"legs\":[[1],2]}",
                "{\"at\":1,\"legs\":{}}",
                "{\"at\":\"1\",\"legs\":[[1],[2]]}",
                "{\"legs\":[[1],[2]]}",
                "{\"at\":1,\"legs\":[[1],[99999999999999999999]]}"
            })
    void another_result_is_a_fault_of_the_journal(String result) {
        assertThatThrownBy(() -> decode(DATA, result))
                .isInstanceOf(JournalFault.class)
                .hasMessageContaining("sequence 7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"type", "client", "idem", "fp", "legs"})
    void data_without_a_field_is_a_fault_of_the_journal(String field) {
        assertThatThrownBy(() -> decode(DATA.replace("\"" + field + "\"", "\"other\""), RESULT))
                .isInstanceOf(JournalFault.class);
    }

    @Test
    void a_hash_of_another_length_is_a_fault_of_the_journal() {
        assertThatThrownBy(() -> decode(DATA.replace(HASH, "AAAA"), RESULT)).isInstanceOf(JournalFault.class);
    }

    @Test
    void a_fault_never_quotes_the_text() {
        assertThatThrownBy(() -> decode(DATA.replace("\"reference\"", "u_1 reference"), RESULT))
                .isInstanceOf(JournalFault.class)
                .hasMessageNotContaining("u_1")
                .hasNoCause();
    }

    @Test
    void a_leg_without_the_expected_value_is_a_fault_of_the_journal() {
        LegValues leg = decode(DATA, RESULT).legs().get(0);
        assertThatThrownBy(() -> leg.text(1)).isInstanceOf(JournalFault.class);
        assertThatThrownBy(() -> leg.number(0)).isInstanceOf(JournalFault.class);
        assertThatThrownBy(() -> leg.number(2)).isInstanceOf(JournalFault.class);
    }

    private static Fact decode(String data, String result) {
        return FactDecoder.decode(new JournalRecord(7, new JournalEntry.Text(data, result)));
    }
}
