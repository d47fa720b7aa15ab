package dev.counterfoil.gateway.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A body of NDJSON: one JSON object a line, each read as {@link RequestFields}. */
final class RequestLines {
    private static final int MOST_FAULTY_LINES = 10;

    private RequestLines() {}

    /**
     * What {@code reader} makes of each line of NDJSON; blank lines at the end are none. Mistakes are placed at
     * {@code /<line from 0>/…}, those of at most ten lines.
     */
    static <T> List<T> read(byte[] body, int most, Function<RequestFields, T> reader) {
        FieldErrors errors = new FieldErrors();
        List<T> values = new ArrayList<>();
        int from = 0;
        int faultyLines = 0;
        for (int line = 0; from < body.length && faultyLines < MOST_FAULTY_LINES; line++) {
            int end = from;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            if (line == most) {
                errors.add("", "more than " + most + " lines");
                break;
            }
            T value = readLine(Arrays.copyOfRange(body, from, end), line, errors, reader);
            if (value == null) {
                faultyLines++;
            } else {
                values.add(value);
            }
            from = end + 1;
        }
        if (values.isEmpty() && errors.isEmpty()) {
            errors.add("", "expected: at least one line");
        }
        if (!errors.isEmpty()) {
            throw errors.rejection();
        }
        return values;
    }

    private static <T> @Nullable T readLine(
            byte[] text, int line, FieldErrors errors, Function<RequestFields, T> reader) {
        String place = "/" + line;
        try {
            int before = errors.size();
            T value = RequestFields.nested(StrictJson.parse(text), place, errors, reader);
            return errors.size() == before ? value : null;
        } catch (Rejection e) {
            e.problem().errors().forEach(error -> errors.add(place + error.pointer(), error.detail()));
            return null;
        }
    }
}
