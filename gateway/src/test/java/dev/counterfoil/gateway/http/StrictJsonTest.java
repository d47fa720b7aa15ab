package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictJsonTest {
    @Test
    void what_is_json_becomes_maps_lists_and_values() {
        Object value = StrictJson.parse(
                "{\"a\":[1,-2,true,null,\"\\u4e2d\\ud83d\\ude00\"],\"b\":{}}".getBytes(StandardCharsets.UTF_8));
        assertThat(value).isEqualTo(Map.of("a", java.util.Arrays.asList(1L, -2L, true, null, "中😀"), "b", Map.of()));
    }

    @Test
    void numbers_that_are_no_long_are_kept_apart() {
        assertThat(StrictJson.parse("[1.0,1e3,9223372036854775808,-0.5]".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(List.of(
                        new StrictJson.OddNumber(false, false),
                        new StrictJson.OddNumber(false, false),
                        new StrictJson.OddNumber(true, false),
                        new StrictJson.OddNumber(false, true)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                     | ``      | empty (expected: a JSON value)",
                "{                      | ``      | not JSON",
                "{\"a\"                 | /a      | not JSON",
                "{\"a\":                | /a      | not JSON",
                "{\"a\":}               | /a      | not JSON",
                "{\"a\":1,}             | /a      | not JSON",
                "{a:1}                  | ``      | not JSON",
                "{'a':1}                | ``      | not JSON",
                "{\"a\":01}             | /a      | not JSON",
                "{\"a\":.5}             | /a      | not JSON",
                "{\"a\":+1}             | /a      | not JSON",
                "{\"a\":NaN}            | /a      | not JSON",
                "{\"a\":tru}            | /a      | not JSON",
                "{\"a\":1} {}           | ``      | not JSON: more after the value",
                "{\"a\":1}]             | ``      | not JSON",
                "/* c */ {}             | ``      | not JSON",
                "{\"a\":1,\"a\":1}      | /a      | the field is there twice",
                "{\"b\":{\"a/\":null,\"a/\":2}} | /b/a~1 | the field is there twice",
                "{\"a\":[1,{\"x\":\"\\ud800\"}]} | /a/1/x | holds half of a surrogate pair",
                "{\"a\":\"\\udc00\\ud800\"} | /a  | holds half of a surrogate pair",
                "{\"a\":\"\\u0000\"}    | /a      | holds the character U+0000",
                "{\"a\":\"\\x\"}        | /a      | not JSON",
                "{\"a\":\"tab\there\"}  | /a      | not JSON",
            })
    void what_is_not_json_is_refused_with_its_place_and_never_quoted(String json, String pointer, String detail) {
        Problem.FieldError error = refused(json.getBytes(StandardCharsets.UTF_8));
        assertThat(error.pointer()).isEqualTo(pointer);
        assertThat(error.detail()).startsWith(detail).doesNotContain("tru", "NaN");
    }

    @Test
    void bytes_that_are_no_utf_8_are_refused() {
        assertThat(refused(new byte[] {'"', (byte) 0xc3, '"'}).detail()).isEqualTo("not UTF-8");
        assertThat(refused(new byte[] {'"', (byte) 0xc0, (byte) 0xaf, '"'}).detail())
                .isEqualTo("not UTF-8");
        assertThat(refused("{\"a\":1}".getBytes(StandardCharsets.UTF_16)).detail())
                .isEqualTo("not UTF-8");
        assertThat(refused("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE)).detail())
                .startsWith("not JSON");
    }

    @Test
    void depth_and_digits_and_names_are_bounded() {
        assertThat(refused(("[".repeat(17) + "]".repeat(17)).getBytes(StandardCharsets.UTF_8))
                        .detail())
                .startsWith("nested deeper than 16");
        assertThat(refused(("[" + "9".repeat(5_000) + "]").getBytes(StandardCharsets.UTF_8))
                        .detail())
                .contains("more than 64 digits");
        assertThat(refused(("{\"" + "n".repeat(5_000) + "\":1}").getBytes(StandardCharsets.UTF_8))
                        .detail())
                .contains("a name longer than 256");
    }

    private static Problem.FieldError refused(byte[] json) {
        Rejection rejection = catchThrowableOfType(Rejection.class, () -> {
            Object unused = StrictJson.parse(json);
        });
        assertThat(rejection).as("refusal").isNotNull();
        assertThat(rejection.problem().code()).isEqualTo(ProblemCode.INVALID_REQUEST);
        return rejection.problem().errors().get(0);
    }
}
