package dev.counterfoil.loadtest.auditor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** How many rows each check looked at, how many were wrong, and the first of those. */
final class Report {
    private static final int FIRST_ROWS = 5;

    private static final class Line {
        long examined;
        long wrong;
        final List<String> first = new ArrayList<>();
    }

    private final Map<Check, Line> lines = new EnumMap<>(Check.class);
    private final List<String> totals = new ArrayList<>();

    Report() {
        for (Check check : Check.values()) {
            lines.put(check, new Line());
        }
    }

    void examined(Check check, long rows) {
        line(check).examined += rows;
    }

    void wrong(Check check, String row) {
        Line line = line(check);
        line.wrong++;
        if (line.first.size() < FIRST_ROWS) {
            line.first.add(row);
        }
    }

    /** Counts one row, wrong unless {@code right}. */
    void expect(Check check, boolean right, Supplier<String> row) {
        examined(check, 1);
        if (!right) {
            wrong(check, row.get());
        }
    }

    /** A figure to print below the table. */
    void total(String text) {
        totals.add(text);
    }

    boolean balanced() {
        return lines.values().stream().allMatch(line -> line.wrong == 0);
    }

    long wrong(Check check) {
        return line(check).wrong;
    }

    /** The first wrong rows of a check. */
    List<String> first(Check check) {
        return List.copyOf(line(check).first);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%-62s %10s %8s%n", "check", "examined", "wrong"));
        lines.forEach((check, line) -> {
            text.append(String.format(Locale.ROOT, "%-62s %,10d %,8d%n", check.title(), line.examined, line.wrong));
            line.first.forEach(row -> text.append("    ").append(row).append(System.lineSeparator()));
            if (line.wrong > line.first.size()) {
                text.append("    …").append(System.lineSeparator());
            }
        });
        totals.forEach(total -> text.append(total).append(System.lineSeparator()));
        return text.toString();
    }

    private Line line(Check check) {
        Line line = lines.get(check);
        if (line == null) {
            throw new IllegalStateException("no line for " + check);
        }
        return line;
    }
}
