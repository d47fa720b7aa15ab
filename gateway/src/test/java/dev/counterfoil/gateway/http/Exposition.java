package dev.counterfoil.gateway.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Metrics in Prometheus' text form, and what {@code promtool check metrics} finds wrong with them (rules of promlint, in Prometheus'
 * client_golang, told again here because CI has no promtool).
 */
public final class Exposition {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*})? \\S+");
    private static final Pattern CAMEL = Pattern.compile("[a-z][A-Z]");
    private static final List<String> TYPES = List.of("counter", "gauge", "histogram", "summary");
    private static final Set<String> OTHER_UNITS = Set.of(
            "milliseconds",
            "microseconds",
            "nanoseconds",
            "minutes",
            "hours",
            "days",
            "weeks",
            "kilobytes",
            "megabytes",
            "gigabytes",
            "bits",
            "kelvin",
            "percent",
            "ms",
            "us",
            "ns",
            "s",
            "sec",
            "kb",
            "mb",
            "gb",
            "b",
            "h",
            "m",
            "d");

    private final Map<String, String> types = new HashMap<>();
    private final Set<String> explained = new HashSet<>();
    private final List<String> doubled = new ArrayList<>();
    private final Set<String> samples = new HashSet<>();

    public Exposition(String text) {
        text.lines().forEach(this::read);
    }

    private void read(String line) {
        String[] words = line.split(" ", 4);
        if (line.startsWith("# HELP ")) {
            if (words.length == 4 && !words[3].isBlank()) {
                explained.add(words[2]);
            }
        } else if (line.startsWith("# TYPE ")) {
            if (types.put(words[2], words[3]) != null) {
                doubled.add(words[2]);
            }
        } else {
            Matcher sample = SAMPLE.matcher(line);
            if (!sample.matches() || !samples.add(line.substring(0, line.lastIndexOf(' ')))) {
                doubled.add(line);
            }
        }
    }

    /** The names that have a type. */
    public Set<String> families() {
        return types.keySet();
    }

    /** Each sample without its value. */
    public Set<String> samples() {
        return samples;
    }

    /** One line a fault. */
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        doubled.forEach(what -> faults.add(what + ": there twice, or malformed"));
        types.forEach((name, type) -> {
            if (!explained.contains(name)) {
                faults.add(name + ": no help");
            }
            if (type.equals("counter") != name.endsWith("_total")) {
                faults.add(name + ": a counter ends in _total, and nothing else does");
            }
            if (!type.equals("histogram") && !type.equals("summary") && name.matches(".*_(count|sum|bucket)")) {
                faults.add(name + ": a suffix of histograms");
            }
            if (CAMEL.matcher(name).find() || name.contains(":")) {
                faults.add(name + ": not in snake case");
            }
            for (String word : name.toLowerCase(Locale.ROOT).split("_")) {
                if (TYPES.contains(word) || OTHER_UNITS.contains(word)) {
                    faults.add(name + ": " + word + " (expected: no type, and base units by their whole names)");
                }
            }
        });
        return faults;
    }
}
