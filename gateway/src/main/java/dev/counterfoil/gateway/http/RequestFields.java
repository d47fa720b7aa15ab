package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.catalog.InvalidField;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One object of a request's body, read field by field. Everything that is wrong is collected, and answered at once as 400 with
 * {@code errors}; so a method that finds a mistake notes it and returns a stand-in ("" or 1), which nobody gets to see,
 * because {@link #read} throws before the value made of it is returned.
 *
 * <p>Fields that were never asked for are unknown and an error too: ask for all that may be there, whatever the others hold.
 * A field that is null is a mistake, not an absent one.
 */
public final class RequestFields {
    private final Map<String, @Nullable Object> values;
    private final String pointer;
    private final FieldErrors errors;
    private final List<String> known = new ArrayList<>(8);

    private RequestFields(Map<String, @Nullable Object> values, String pointer, FieldErrors errors) {
        this.values = values;
        this.pointer = pointer;
        this.errors = errors;
    }

    /** What {@code reader} makes of the JSON object in {@code body}. Throws a {@link Rejection} with all mistakes. */
    public static <T> T read(byte[] body, Function<RequestFields, T> reader) {
        FieldErrors errors = new FieldErrors();
        Object root = StrictJson.parse(body);
        if (!(root instanceof Map)) {
            errors.add("", "expected: an object");
            throw errors.rejection();
        }
        T value = nested(root, "", errors, reader);
        if (value == null || !errors.isEmpty()) {
            throw errors.rejection();
        }
        return value;
    }

    /** Whether the field is there, whatever it holds. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** Whether the field is there and an object. */
    public boolean isObject(String name) {
        return values.get(name) instanceof Map;
    }

    /** Whether the field is there and null, for the few in which null says something. Notes its name as known. */
    public boolean isNull(String name) {
        return present(name) && values.get(name) == null;
    }

    /** For a field that was found absent before it was read: notes its name as known. Always null. */
    public <T> @Nullable T absent(String name) {
        known.add(name);
        return null;
    }

    /** An RFC 3339 time with zone. */
    public Optional<Instant> optionalTime(String name) {
        return optionalText(name, Text.upTo(40)).flatMap(text -> {
            Optional<Instant> time = Timestamps.parse(text);
            if (time.isEmpty()) {
                errors.add(at(name), "expected: an RFC 3339 time with zone, such as 2026-11-21T08:00:00Z");
            }
            return time;
        });
    }

    /** Says that the field may be there though this request was read without it, so that its name is listed as known. */
    public void mayHave(String name) {
        known.add(name);
    }

    /** Notes a mistake that only the reader can see, at the field {@code name}, or at this object when it is empty. */
    public void reject(String name, String detail) {
        errors.add(name.isEmpty() ? pointer : at(name), detail);
    }

    public String text(String name, Text form) {
        return required(name) ? optionalText(name, form).orElse("") : "";
    }

    public Optional<String> optionalText(String name, Text form) {
        if (!present(name)) {
            return Optional.empty();
        }
        if (!(values.get(name) instanceof String text)) {
            errors.add(at(name), "expected: a string");
            return Optional.empty();
        }
        form.fault(text).ifPresent(fault -> errors.add(at(name), fault));
        return Optional.of(text);
    }

    /** An amount, a count, a price: 1..2^53−1. */
    public long amount(String name) {
        return integer(name, 1, Amounts.MAX);
    }

    public OptionalLong optionalAmount(String name) {
        return optionalInteger(name, 1, Amounts.MAX);
    }

    public long integer(String name, long min, long max) {
        return required(name) ? optionalInteger(name, min, max).orElse(1) : 1;
    }

    public OptionalLong optionalInteger(String name, long min, long max) {
        if (!present(name)) {
            return OptionalLong.empty();
        }
        return integer(values.get(name), at(name), min, max);
    }

    public Optional<Boolean> optionalFlag(String name) {
        if (!present(name)) {
            return Optional.empty();
        }
        if (!(values.get(name) instanceof Boolean flag)) {
            errors.add(at(name), "expected: true or false");
            return Optional.empty();
        }
        return Optional.of(flag);
    }

    /** The constant whose lower-case name the field holds. */
    public <E extends Enum<E>> Optional<E> optionalOneOf(String name, Class<E> constants) {
        if (!present(name)) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        for (E constant : constants.getEnumConstants()) {
            String token = constant.name().toLowerCase(Locale.ROOT);
            if (token.equals(values.get(name))) {
                return Optional.of(constant);
            }
            names.add("\"" + token + "\"");
        }
        errors.add(at(name), "expected: " + String.join(" or ", names));
        return Optional.empty();
    }

    /** {@link #optionalOneOf}, noted as missing when it is; then the first constant stands in. */
    public <E extends Enum<E>> E oneOf(String name, Class<E> constants) {
        E standIn = constants.getEnumConstants()[0];
        return required(name) ? optionalOneOf(name, constants).orElse(standIn) : standIn;
    }

    public <T> Optional<T> optionalObject(String name, Function<RequestFields, T> reader) {
        return present(name)
                ? Optional.ofNullable(nested(values.get(name), at(name), errors, reader))
                : Optional.empty();
    }

    /** {@link #optionalObject}, noted as missing when it is; then {@code standIn} stands in. */
    public <T> T object(String name, Function<RequestFields, T> reader, T standIn) {
        return required(name) ? optionalObject(name, reader).orElse(standIn) : standIn;
    }

    /** Each element read as an object. Elements with mistakes are left out of the list. */
    public <T> List<T> objects(String name, int min, int max, Function<RequestFields, T> reader) {
        List<T> objects = new ArrayList<>();
        List<@Nullable Object> array = array(name, min, max);
        for (int i = 0; i < array.size(); i++) {
            T object = nested(array.get(i), Pointer.child(at(name), Integer.toString(i)), errors, reader);
            if (object != null) {
                objects.add(object);
            }
        }
        return objects;
    }

    /** Each element read as a string. */
    public List<String> texts(String name, int min, int max, Text form) {
        List<String> texts = new ArrayList<>();
        List<@Nullable Object> array = array(name, min, max);
        for (int i = 0; i < array.size(); i++) {
            String place = Pointer.child(at(name), Integer.toString(i));
            if (array.get(i) instanceof String text) {
                form.fault(text).ifPresent(fault -> errors.add(place, fault));
                texts.add(text);
            } else {
                errors.add(place, "expected: a string");
            }
        }
        return texts;
    }

    /** An object whose values are all strings; empty when it is absent. */
    public Map<String, String> textMap(String name, int max, Text nameForm, Text valueForm) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (!present(name)) {
            return texts;
        }
        if (!(values.get(name) instanceof Map<?, ?> map)) {
            errors.add(at(name), "expected: an object");
            return texts;
        }
        if (map.size() > max) {
            errors.add(at(name), map.size() + " fields (expected: at most " + max + ")");
            return texts;
        }
        map.forEach((key, value) -> {
            String place = Pointer.child(at(name), String.valueOf(key));
            nameForm.fault(String.valueOf(key)).ifPresent(fault -> errors.add(place, "name: " + fault));
            if (value instanceof String text) {
                valueForm.fault(text).ifPresent(fault -> errors.add(place, fault));
                texts.put(String.valueOf(key), text);
            } else {
                errors.add(place, "expected: a string");
            }
        });
        return texts;
    }

    /** An object whose values are all amounts, 1..2^53−1; empty when it is absent. */
    public Map<String, Long> amountMap(String name, int max, Text nameForm) {
        Map<String, Long> amounts = new LinkedHashMap<>();
        if (!present(name)) {
            return amounts;
        }
        if (!(values.get(name) instanceof Map<?, ?> map) || map.size() > max) {
            errors.add(at(name), "expected: an object of at most " + max + " fields");
            return amounts;
        }
        map.forEach((key, value) -> {
            String place = Pointer.child(at(name), String.valueOf(key));
            nameForm.fault(String.valueOf(key)).ifPresent(fault -> errors.add(place, "name: " + fault));
            integer(value, place, 1, Amounts.MAX).ifPresent(amount -> amounts.put(String.valueOf(key), amount));
        });
        return amounts;
    }

    private List<@Nullable Object> array(String name, int min, int max) {
        if (!present(name)) {
            if (min > 0) {
                errors.add(at(name), "missing");
            }
            return List.of();
        }
        if (!(values.get(name) instanceof List<?> array)) {
            errors.add(at(name), "expected: an array");
            return List.of();
        }
        if (array.size() < min || array.size() > max) {
            errors.add(at(name), array.size() + " elements (expected: " + min + ".." + max + ")");
            return List.of();
        }
        return new ArrayList<@Nullable Object>(array);
    }

    private OptionalLong integer(@Nullable Object value, String place, long min, long max) {
        if (value instanceof Long number && number >= min && number <= max) {
            return OptionalLong.of(number);
        }
        errors.add(place, fault(value) + " (expected: an integer " + min + ".." + max + ")");
        return OptionalLong.empty();
    }

    private static String fault(@Nullable Object value) {
        if (value instanceof Long number) {
            return number.toString();
        }
        if (value instanceof StrictJson.OddNumber odd) {
            return odd.integer() ? "a number past 64 bits" : "a number with a fraction or exponent";
        }
        return "not a number";
    }

    static <T> @Nullable T nested(
            @Nullable Object value, String place, FieldErrors errors, Function<RequestFields, T> reader) {
        if (!(value instanceof Map)) {
            errors.add(place, "expected: an object");
            return null;
        }
        @SuppressWarnings("unchecked") // StrictJson's only Map
        RequestFields fields = new RequestFields((Map<String, @Nullable Object>) value, place, errors);
        try {
            T result = reader.apply(fields);
            fields.rejectUnknown();
            return result;
        } catch (InvalidField e) {
            errors.add(e.pointer(), e.detail());
            fields.rejectUnknown();
            return null;
        } catch (RuntimeException e) {
            // What is built of stand-ins may be refused by its constructor; without a mistake noted it is a defect.
            if (errors.isEmpty()) {
                throw e;
            }
            fields.rejectUnknown();
            return null;
        }
    }

    private void rejectUnknown() {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                errors.add(at(name), "unknown field (known: " + String.join(", ", known) + ")");
            }
        }
    }

    private boolean required(String name) {
        if (!present(name)) {
            errors.add(at(name), "missing");
            return false;
        }
        return true;
    }

    private boolean present(String name) {
        if (!known.contains(name)) {
            known.add(name);
        }
        return values.containsKey(name);
    }

    private String at(String name) {
        return Pointer.child(pointer, name);
    }
}
