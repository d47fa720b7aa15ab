package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.counterfoil.ledger.catalog.InvalidField;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestFieldsTest {
    private enum Kind {
        GOODS,
        CODE
    }

    private record Line(String item, long quantity) {
        Line {
            if (item.isEmpty()) {
                throw new IllegalArgumentException("a stand-in reached a constructor");
            }
        }
    }

    private record Order(
            String secret,
            Optional<String> slug,
            OptionalLong total,
            Optional<Kind> kind,
            Optional<Boolean> fast,
            List<Line> lines,
            List<String> tags,
            Map<String, String> metadata,
            Optional<Line> gift) {
        static Order read(RequestFields body) {
            return new Order(
                    body.text("secret", Text.upTo(8)),
                    body.optionalText("slug", Text.matching(8, "[a-z-]+", "lower-case letters and hyphens")),
                    body.optionalAmount("total"),
                    body.optionalOneOf("kind", Kind.class),
                    body.optionalFlag("fast"),
                    body.objects("lines", 0, 2, Order::line),
                    body.texts("tags", 0, 2, Text.upTo(3)),
                    body.textMap("metadata", 2, Text.upTo(3), Text.upTo(3).orEmpty()),
                    body.optionalObject("gift", Order::line));
        }

        private static Line line(RequestFields line) {
            return new Line(
                    line.text("item", Text.upTo(9)),
                    line.optionalAmount("quantity").orElse(1));
        }
    }

    @Test
    void a_good_body_is_read_as_it_is() {
        Order order = read("""
                {"secret":"中😀","slug":"a-b","total":9007199254740991,"kind":"code","fast":true,
                 "lines":[{"item":"crab-8","quantity":2},{"item":"x"}],"tags":["a"],"metadata":{"k":""},"gift":{"item":"g"}}
                """, Order::read);
        assertThat(order)
                .isEqualTo(new Order(
                        "中😀",
                        Optional.of("a-b"),
                        OptionalLong.of(9007199254740991L),
                        Optional.of(Kind.CODE),
                        Optional.of(true),
                        List.of(new Line("crab-8", 2), new Line("x", 1)),
                        List.of("a"),
                        Map.of("k", ""),
                        Optional.of(new Line("g", 1))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                | ``          | expected: an object",
                "{}                                | /secret     | missing",
                "{\"secret\":null}                 | /secret     | expected: a string",
                "{\"secret\":1}                    | /secret     | expected: a string",
                "{\"secret\":\"\"}                 | /secret     | 0 characters (expected: 1..8)",
                "{\"secret\":\"123456789\"}        | /secret     | 9 characters (expected: 1..8)",
                "{\"secret\":\"a\\nb\"}            | /secret     | holds a control character",
                "{\"secret\":\"s\",\"slug\":\"A\"} | /slug       | expected: lower-case letters and hyphens",
                "{\"secret\":\"s\",\"total\":0}    | /total      | 0 (expected: an integer 1..9007199254740991)",
                "{\"secret\":\"s\",\"total\":-1}   | /total      | -1 (expected: an integer 1..9007199254740991)",
                "{\"secret\":\"s\",\"total\":1.0}  | /total      | a number with a fraction or exponent (expected: an integer 1..9007199254740991)",
                "{\"secret\":\"s\",\"total\":1e3}  | /total      | a number with a fraction or exponent (expected: an integer 1..9007199254740991)",
                "{\"secret\":\"s\",\"total\":9007199254740992} | /total | 9007199254740992 (expected: an integer 1..9007199254740991)",
                "{\"secret\":\"s\",\"total\":99999999999999999999} | /total | a number past 64 bits (expected: an integer 1..9007199254740991)",
                "{\"secret\":\"s\",\"total\":\"5\"} | /total     | not a number (expected: an integer 1..9007199254740991)",
                "{\"secret\":\"s\",\"total\":null} | /total      | not a number (expected: an integer 1..9007199254740991)",
                "{\"secret\":\"s\",\"kind\":\"GOODS\"} | /kind   | expected: \"goods\" or \"code\"",
                "{\"secret\":\"s\",\"kind\":7}     | /kind       | expected: \"goods\" or \"code\"",
                "{\"secret\":\"s\",\"fast\":\"true\"} | /fast    | expected: true or false",
                "{\"secret\":\"s\",\"lines\":{}}   | /lines      | expected: an array",
                "{\"secret\":\"s\",\"lines\":[1]}  | /lines/0    | expected: an object",
                "{\"secret\":\"s\",\"lines\":[{}]} | /lines/0/item | missing",
                "{\"secret\":\"s\",\"lines\":[{},{},{}]} | /lines | 3 elements (expected: 0..2)",
                "{\"secret\":\"s\",\"tags\":[1]}   | /tags/0     | expected: a string",
                "{\"secret\":\"s\",\"tags\":[\"long\"]} | /tags/0 | 4 characters (expected: 1..3)",
                "{\"secret\":\"s\",\"metadata\":[]} | /metadata  | expected: an object",
                "{\"secret\":\"s\",\"metadata\":{\"a/b~\":\"x\"}} | /metadata/a~1b~0 | name: 4 characters (expected: 1..3)",
                "{\"secret\":\"s\",\"metadata\":{\"a\":1}} | /metadata/a | expected: a string",
                "{\"secret\":\"s\",\"metadata\":{\"a\":\"\",\"b\":\"\",\"c\":\"\"}} | /metadata | 3 fields (expected: at most 2)",
                "{\"secret\":\"s\",\"gift\":[]}    | /gift       | expected: an object",
                "{\"secret\":\"s\",\"gift\":{\"item\":\"g\",\"x\":1}} | /gift/x | unknown field (known: item, quantity)",
                "{\"secret\":\"s\",\"foo\":1}      | /foo        | unknown field (known: secret, slug, total, kind, fast, lines, tags, metadata, gift)",
            })
    void a_mistake_is_told_by_place_and_expectation(String json, String pointer, String detail) {
        assertThat(refused(json)).containsExactly(new Problem.FieldError(pointer, detail));
    }

    @Test
    void all_mistakes_are_told_at_once() {
        assertThat(refused("{\"total\":0,\"lines\":[{\"quantity\":0}],\"foo\":1}").stream()
                        .map(Problem.FieldError::pointer)
                        .collect(Collectors.toList()))
                .containsExactly("/secret", "/total", "/lines/0/item", "/lines/0/quantity", "/foo");
    }

    @Test
    void a_bad_body_has_a_short_answer() {
        StringBuilder json = new StringBuilder("{\"secret\":\"s\"");
        for (int i = 0; i < 1_000; i++) {
            json.append(",\"f").append(i).append("\":1");
        }
        assertThat(refused(json + "}")).hasSize(20);
    }

    @Test
    void what_the_catalog_refuses_is_told_at_the_field_it_names() {
        assertThat(refused("{\"a\":1}", body -> {
                    long unused = body.amount("a");
                    throw new InvalidField("/a", "1 (expected: 2)");
                }))
                .containsExactly(new Problem.FieldError("/a", "1 (expected: 2)"));
    }

    @Test
    void a_defect_of_a_reader_is_not_blamed_on_the_caller() {
        assertThatThrownBy(() -> {
                    Object unused = read("{}", body -> {
                        throw new IllegalStateException("ours");
                    });
                })
                .isInstanceOf(IllegalStateException.class);
    }

    private static <T> T read(String json, Function<RequestFields, T> reader) {
        return RequestFields.read(json.getBytes(StandardCharsets.UTF_8), reader);
    }

    private static List<Problem.FieldError> refused(String json) {
        return refused(json, Order::read);
    }

    private static List<Problem.FieldError> refused(String json, Function<RequestFields, Object> reader) {
        Rejection rejection = catchThrowableOfType(Rejection.class, () -> {
            Object unused = read(json, reader);
        });
        assertThat(rejection).as("refusal").isNotNull();
        return rejection.problem().errors();
    }
}
