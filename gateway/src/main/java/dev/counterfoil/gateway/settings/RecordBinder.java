package dev.counterfoil.gateway.settings;

import com.fasterxml.jackson.databind.JsonNode;
import dev.counterfoil.ledger.access.AddressRange;
import dev.counterfoil.ledger.rates.Rate;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Binds a YAML tree to the settings records: a component {@code maxBodyBytes} of the section {@code http} is the setting
 * {@code http.max-body-bytes}; what the tree leaves out keeps its default. Unknown names are found before, by {@link SettingPaths}.
 */
final class RecordBinder {
    private RecordBinder() {}

    static <R extends Record> R bind(JsonNode tree, R defaults, String path) {
        if (!tree.isObject()) {
            throw wrong(path, tree, "a section with settings");
        }
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = kebab(components[i].getName());
            JsonNode node = tree.path(name);
            Object fallback = valueOf(components[i], defaults);
            String childPath = path.isEmpty() ? name : path + "." + name;
            values[i] = node.isMissingNode() || node.isNull()
                    ? fallback
                    : convert(node, components[i], fallback, childPath);
        }
        return construct(defaults, components, values);
    }

    static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static Object convert(JsonNode node, RecordComponent component, Object fallback, String path) {
        Class<?> type = component.getType();
        if (type == Rate.class) {
            return rate(node, path);
        }
        if (fallback instanceof Record section) {
            return bind(node, section, path);
        }
        if (type == List.class) {
            return component.getGenericType().getTypeName().contains(AddressRange.class.getName())
                    ? ranges(node, path)
                    : secrets(node, path);
        }
        if (type == Optional.class) {
            return node.isValueNode() && node.asText().isEmpty() ? fallback : Optional.of(secret(node, path));
        }
        if (type == int.class) {
            return integer(node, path);
        }
        if (type == boolean.class) {
            return Boolean.parseBoolean(oneOf(node, path, List.of("true", "false")));
        }
        if (type == Duration.class) {
            return DurationText.parse(node.asText())
                    .orElseThrow(() -> wrong(path, node, "a duration such as 500ms, 10s, 5m or 24h"));
        }
        if (type.isEnum()) {
            return constant(node, path, type);
        }
        if (!node.isTextual()) {
            throw wrong(path, node, "a text");
        }
        return type == Path.class ? Path.of(node.asText()) : node.asText();
    }

    private static Rate rate(JsonNode node, String path) {
        try {
            // YAML reads an unquoted off as false.
            return node.isBoolean() && !node.asBoolean() ? Rate.OFF : Rate.parse(node.asText());
        } catch (IllegalArgumentException e) {
            throw wrong(path, node, "off, or requests a window, 1/1s..10000000/24h, as 100/1s or 600/1m");
        }
    }

    private static int integer(JsonNode node, String path) {
        String text = node.isTextual() || node.isIntegralNumber() ? node.asText() : "";
        if (!text.matches("-?\\d{1,18}")) {
            throw wrong(path, node, "a whole number");
        }
        long value = Long.parseLong(text);
        if (value != (int) value) {
            throw wrong(path, node, "a whole number up to " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    private static Object constant(JsonNode node, String path, Class<?> type) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.toList());
        int index = names.indexOf(oneOf(node, path, names));
        return type.getEnumConstants()[index];
    }

    private static String oneOf(JsonNode node, String path, List<String> allowed) {
        String text = node.isValueNode() ? node.asText().toLowerCase(Locale.ROOT) : "";
        if (!allowed.contains(text)) {
            throw wrong(path, node, String.join(" or ", allowed));
        }
        return text;
    }

    private static List<AddressRange> ranges(JsonNode node, String path) {
        if (!node.isArray()) {
            throw wrong(path, node, "a list of addresses with prefix lengths");
        }
        List<AddressRange> ranges = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            try {
                ranges.add(AddressRange.parse(node.get(i).asText()));
            } catch (IllegalArgumentException e) {
                throw new SettingsException(path + "[" + i + "]: " + e.getMessage());
            }
        }
        return ranges;
    }

    private static List<Secret> secrets(JsonNode node, String path) {
        if (!node.isArray()) {
            throw hidden(path, "a list of texts");
        }
        List<Secret> secrets = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            secrets.add(secret(node.get(i), path + "[" + i + "]"));
        }
        return secrets;
    }

    private static Secret secret(JsonNode node, String path) {
        // An unquoted 0123 is a number to YAML, and would lose its zero.
        if (!node.isTextual() || node.asText().isBlank()) {
            throw hidden(path, "a text, quoted if it is made of digits");
        }
        return new Secret(node.asText());
    }

    private static Object valueOf(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <R extends Record> R construct(R defaults, RecordComponent[] components, Object[] values) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            @SuppressWarnings("unchecked") // the class of an R
            Constructor<R> constructor = (Constructor<R>) defaults.getClass().getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SettingsException outOfBounds) {
                throw outOfBounds;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SettingsException wrong(String path, JsonNode node, String expected) {
        String where = path.isEmpty() ? "settings" : path;
        String value = node.isContainerNode() ? (node.isArray() ? "a list" : "a section") : node.toString();
        return new SettingsException(where + ": " + value + " (expected: " + expected + ")");
    }

    private static SettingsException hidden(String path, String expected) {
        return new SettingsException(path + ": (hidden) (expected: " + expected + ")");
    }
}
