package dev.counterfoil.gateway.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.counterfoil.ledger.rates.Rate;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The paths of all settings, such as {@code http.port}, taken from the records; and the environment's names for them. */
final class SettingPaths {
    /** The prefix of every variable. */
    static final String PREFIX = "COUNTERFOIL_";

    /** Path of a setting → whether it is a list. */
    private final Map<String, Boolean> leaves = new TreeMap<>();

    private final Set<String> sections = new TreeSet<>();

    private final Map<String, String> variables = new TreeMap<>();

    SettingPaths() {
        collect(Settings.class, "");
        leaves.keySet().forEach(path -> variables.put(variable(path), path));
    }

    List<String> all() {
        return List.copyOf(leaves.keySet());
    }

    private Set<String> leavesAndSections() {
        Set<String> names = new TreeSet<>(leaves.keySet());
        names.addAll(sections);
        return names;
    }

    static String variable(String path) {
        return PREFIX + path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** Refuses names in {@code tree} that are no setting. */
    void checkNames(JsonNode tree, String path) {
        tree.fields().forEachRemaining(field -> {
            String child = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            if (leaves.containsKey(child)) {
                return;
            }
            if (!sections.contains(child)) {
                throw new SettingsException(child + ": unknown setting (the nearest known one: "
                        + Spelling.nearest(child, leavesAndSections()) + ")");
            }
            checkNames(field.getValue(), child);
        });
    }

    /** Puts the values of {@code COUNTERFOIL_…} variables into {@code tree}; lists are separated by commas. */
    void override(ObjectNode tree, Map<String, String> environment) {
        environment.forEach((variable, value) -> {
            if (!variable.startsWith(PREFIX) || variable.equals(SettingsFile.FILE_VARIABLE)) {
                return;
            }
            String path = variables.get(variable);
            if (path == null) {
                throw new SettingsException(variable + ": unknown setting (the nearest known one: "
                        + Spelling.nearest(variable, variables.keySet()) + ")");
            }
            put(tree, path, value);
        });
    }

    private void put(ObjectNode tree, String path, String value) {
        ObjectNode section = tree;
        String[] names = path.split("\\.");
        for (int i = 0; i < names.length - 1; i++) {
            JsonNode child = section.get(names[i]);
            section = child instanceof ObjectNode object ? object : section.putObject(names[i]);
        }
        String name = names[names.length - 1];
        if (Boolean.TRUE.equals(leaves.get(path))) {
            ArrayNode list = section.putArray(name);
            for (String entry : value.split(",")) {
                if (!entry.isBlank()) {
                    list.add(entry.strip());
                }
            }
        } else {
            section.put(name, value);
        }
    }

    private void collect(Class<?> record, String path) {
        for (RecordComponent component : record.getRecordComponents()) {
            String name = RecordBinder.kebab(component.getName());
            String child = path.isEmpty() ? name : path + "." + name;
            if (component.getType().isRecord() && component.getType() != Rate.class) {
                sections.add(child);
                collect(component.getType(), child);
            } else {
                leaves.put(child, component.getType() == List.class);
            }
        }
    }
}
