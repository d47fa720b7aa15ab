package dev.counterfoil.loadtest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pauses of JVMs by their logs of garbage collections ({@code -Xlog:gc}; ZGC tells its own among the phases), in milliseconds. */
record GcPauses(long count, double p99, double longest) {
    private static final Pattern PAUSE = Pattern.compile("Pause .* (\\d+\\.\\d+)ms$");

    /** The flag that writes the log. */
    static String flag(Path log) {
        return "-Xlog:gc,gc+phases:file=" + log + ":uptime";
    }

    /** Each pause in a log, in order. */
    static List<Double> read(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.map(PAUSE::matcher)
                    .filter(Matcher::find)
                    .map(pause -> Double.valueOf(pause.group(1)))
                    .toList();
        }
    }

    static GcPauses of(List<Double> pauses) {
        double[] sorted =
                pauses.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int last = sorted.length - 1;
        return last < 0
                ? new GcPauses(0, 0, 0)
                : new GcPauses(sorted.length, sorted[(int) Math.floor(last * 0.99)], sorted[last]);
    }
}
