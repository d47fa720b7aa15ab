package dev.counterfoil.gateway.signatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.gateway.signatures.StructuredField.Token;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructuredFieldTest {
    @Test
    void lists_are_read_with_every_value_and_parameter_in_order() {
        Map<String, InnerList> lists =
                StructuredField.innerLists(" a=( \"x\";req;n=-12   t/1;b=?0 ); c=:AQID:;d=\"q\\\"\\\\\" ,\t*b-1.2=()");

        assertThat(lists.keySet()).containsExactly("a", "*b-1.2");
        InnerList list = lists.get("a");
        assertThat(list).isNotNull();
        assertThat(list.items()).hasSize(2);
        assertThat(list.items().get(0).value()).isEqualTo("x");
        assertThat(list.items().get(0).parameters()).containsExactly(Map.entry("req", true), Map.entry("n", -12L));
        assertThat(list.items().get(1).value()).isEqualTo(new Token("t/1"));
        assertThat(list.items().get(1).parameters()).containsEntry("b", false);
    }

    @Test
    void a_dictionary_of_bytes_is_read() {
        assertThat(StructuredField.byteSequences("sig1=:AQID:, sig2=::"))
                .containsEntry("sig1", new byte[] {1, 2, 3})
                .containsEntry("sig2", new byte[0]);
        assertThat(StructuredField.byteSequences("  ")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sig1",
                "sig1=",
                "Sig1=()",
                "1=()",
                "=()",
                "sig1=(",
                "sig1=(\"a\"",
                "sig1=(\"a\"\"b\")",
                "sig1=(\"a\",\"b\")",
                "sig1=(\"a\t\"b\")",
                "sig1=(\"a)",
                "sig1=(\"a\\n\")",
                "sig1=(\"\u00e9\")",
                "sig1=(\"a\u0000\")",
                "sig1=(a b) x",
                "sig1=()sig2=()",
                "sig1=(),",
                "sig1=(), ,sig2=()",
                "sig1=(),sig1=()",
                "sig1=();a=1;a=2",
                "sig1=();",
                "sig1=();a=",
                "sig1=();A=1",
                "sig1=();a=1.5",
                "sig1=();a=1234567890123456",
                "sig1=();a=--1",
                "sig1=();a=+1",
                "sig1=();a=?2",
                "sig1=();a=@1",
                "sig1=();a=%\"x\"",
                "sig1=();a=(1)",
                "sig1=\"a\"",
                "sig1=:AQID:",
            })
    void what_is_no_dictionary_of_lists_is_malformed(String text) {
        assertThatThrownBy(() -> StructuredField.innerLists(text))
                .as(text)
                .isInstanceOf(StructuredField.Malformed.class)
                .hasMessageStartingWith("character ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sig1=AQID",
                "sig1=:AQID",
                "sig1=:AQI:",
                "sig1=:AQJ=:",
                "sig1=:AQ ID:",
                "sig1=:A_-D:",
                "sig1=:AQID:;a",
                "sig1=:AQID:,sig1=:AQID:",
                "sig1=()",
            })
    void what_is_no_dictionary_of_bytes_is_malformed(String text) {
        assertThatThrownBy(() -> StructuredField.byteSequences(text))
                .as(text)
                .isInstanceOf(StructuredField.Malformed.class);
    }
}
