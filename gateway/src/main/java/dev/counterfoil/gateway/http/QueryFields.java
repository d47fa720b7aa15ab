package dev.counterfoil.gateway.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request's query, read with the discipline of {@link RequestFields}: all mistakes at once, and a parameter
 * that is unknown or there twice is one. A mistake is placed at {@code ?name}.
 */
public final class QueryFields {
    private final Map<String, String> values;
    private final FieldErrors errors;
    private final List<String> known = new ArrayList<>(8);

    private QueryFields(Map<String, String> values, FieldErrors errors) {
        this.values = values;
        this.errors = errors;
    }

    /** What {@code reader} makes of {@code query}, the part of the URI after the question mark, or null without one. */
    public static <T> T read(@Nullable String query, Function<QueryFields, T> reader) {
        FieldErrors errors = new FieldErrors();
        QueryFields fields = new QueryFields(parse(query, errors), errors);
        if (!errors.isEmpty()) {
            throw errors.rejection();
        }
        T value = reader.apply(fields);
        fields.rejectUnknown();
        if (!errors.isEmpty()) {
            throw errors.rejection();
        }
        return value;
    }

    /** Notes a mistake that only the reader can see. */
    public void reject(String name, String detail) {
        errors.add("?" + name, detail);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** A text of that form: what is of another is rejected, and not there for whoever reads on. */
    public Optional<String> text(String name, Text form) {
        String value = get(name);
        if (value == null) {
            return Optional.empty();
        }
        Optional<String> fault = form.fault(value);
        fault.ifPresent(why -> reject(name, why));
        return fault.isPresent() ? Optional.empty() : Optional.of(value);
    }

    public long integer(String name, long min, long max, long absent) {
        String value = get(name);
        if (value == null) {
            return absent;
        }
        if (value.matches("[0-9]{1,18}")) {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        reject(name, "expected: an integer " + min + ".." + max);
        return absent;
    }

    /** The page size of every list: 1..200, 50 when it is absent. */
    public int limit() {
        return (int) integer("limit", 1, 200, 50);
    }

    /** An RFC 3339 time with zone. */
    public Optional<Instant> time(String name) {
        String value = get(name);
        if (value == null) {
            return Optional.empty();
        }
        Optional<Instant> time = Timestamps.parse(value);
        if (time.isEmpty()) {
            reject(name, "expected: an RFC 3339 time, such as 2026-11-21T08:00:00Z");
        }
        return time;
    }

    /** One of {@code allowed}. */
    public Optional<String> oneOf(String name, List<String> allowed) {
        String value = get(name);
        if (value != null && !allowed.contains(value)) {
            reject(name, "expected: " + String.join(" or ", allowed));
            return Optional.empty();
        }
        return Optional.ofNullable(value);
    }

    private @Nullable String get(String name) {
        known.add(name);
        return values.get(name);
    }

    private void rejectUnknown() {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                String names = known.isEmpty() ? "none" : String.join(", ", known);
                reject(printable(name), "unknown parameter (known: " + names + ")");
            }
        }
    }

    private static Map<String, String> parse(@Nullable String query, FieldErrors errors) {
        Map<String, String> values = new HashMap<>();
        if (query == null || query.isEmpty()) {
            return values;
        }
        for (String pair : query.split("&", 33)) {
            if (values.size() == 32) {
                errors.add("?", "more than 32 parameters");
                return values;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals), errors);
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1), errors);
            if (values.put(name, value) != null) {
                errors.add("?" + printable(name), "the parameter is there twice");
            }
        }
        return values;
    }

    private static String decode(String text, FieldErrors errors) {
        try {
            String decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
            if (decoded.indexOf('\uFFFD') < 0 && decoded.indexOf('\0') < 0) {
                return decoded;
            }
        } catch (IllegalArgumentException e) {
            // Noted below.
        }
        errors.add("?", "not percent-encoded UTF-8");
        return "";
    }

    private static String printable(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64);
    }
}
