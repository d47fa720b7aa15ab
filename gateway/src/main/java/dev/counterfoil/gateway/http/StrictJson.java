package dev.counterfoil.gateway.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads RFC 8259 JSON as it was meant: UTF-8, one value and nothing after it, no name twice in an object, no lone surrogates
 * and no U+0000 (which no database text can hold), bounded in depth, length and digits.
 *
 * <p>Values are {@code Map<String, Object>}, {@code List<Object>}, {@code String}, {@code Boolean}, {@code Long} and null; a
 * number that is no {@code long} is kept as {@link OddNumber}, because whoever reads the field knows what was expected there.
 * Problems never quote the body: it may hold secrets.
 */
final class StrictJson {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NAME = 256;
    private static final int MAX_DIGITS = 64;

    /** Names are not interned or kept: a caller chooses them, and could fill the table. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME)
                    .maxNumberLength(MAX_DIGITS)
                    .build())
            .build();

    /** A number with a fraction or an exponent, or one past 64 bits. */
    record OddNumber(boolean integer, boolean negative) {}

    private StrictJson() {}

    /** The value that {@code bytes} hold. Throws a {@link Rejection} with the place of the first mistake. */
    static @Nullable Object parse(byte[] bytes) {
        try (JsonParser parser = FACTORY.createParser(text(bytes))) {
            return parse(parser);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Object parse(JsonParser parser) throws IOException {
        try {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw invalid("", "empty (expected: a JSON value)");
            }
            Object value = value(parser, first);
            if (parser.nextToken() != null) {
                throw invalid("", "not JSON: more after the value" + place(parser));
            }
            return value;
        } catch (StreamConstraintsException e) {
            throw invalid(
                    pointer(parser),
                    "nested deeper than " + MAX_DEPTH + ", a name longer than " + MAX_NAME
                            + " or a number of more than " + MAX_DIGITS + " digits");
        } catch (JsonProcessingException e) {
            throw invalid(pointer(parser), "not JSON" + place(parser));
        }
    }

    private static @Nullable Object value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> storable(parser, parser.getText());
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> new OddNumber(false, parser.getText().startsWith("-"));
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw invalid(pointer(parser), "not JSON" + place(parser));
        };
    }

    private static Map<String, @Nullable Object> object(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            String name = storable(parser, parser.currentName());
            if (object.containsKey(name)) {
                throw invalid(pointer(parser), "the field is there twice");
            }
            object.put(name, value(parser, parser.nextToken()));
        }
        return object;
    }

    private static List<@Nullable Object> array(JsonParser parser) throws IOException {
        List<@Nullable Object> array = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            array.add(value(parser, token));
        }
        return array;
    }

    private static Object integer(JsonParser parser) throws IOException {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            return new OddNumber(true, parser.getText().startsWith("-"));
        }
        return parser.getLongValue();
    }

    private static String storable(JsonParser parser, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw invalid(pointer(parser), "holds the character U+0000");
            }
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw invalid(pointer(parser), "holds half of a surrogate pair");
                }
                i++;
            }
        }
        return text;
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw invalid("", "not UTF-8");
        }
    }

    private static Rejection invalid(String pointer, String detail) {
        return new Rejection(Problem.invalid(pointer, detail));
    }

    private static String pointer(JsonParser parser) {
        return parser.getParsingContext().pathAsPointer().toString();
    }

    private static String place(JsonParser parser) {
        return " (line " + parser.currentLocation().getLineNr() + ", column "
                + parser.currentLocation().getColumnNr() + ")";
    }
}
