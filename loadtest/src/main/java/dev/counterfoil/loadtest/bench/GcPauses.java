package dev.counterfoil.loadtest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/** Pauses of a JVM by its log of garbage collections ({@code -Xlog:gc}; ZGC tells its own among the phases), in milliseconds. */
record GcPauses(long count, double p99, double longest) {
    private static final Pattern PAUSE = Pattern.compile("Pause .* (\\d+\\.\\d+)ms$");

    /** The flag that writes the log. */
    static String flag(Path log) {
        return "-Xlog:gc,gc+phases:file=" + log + ":uptime";
    }

    /** @param before how many of the first are left out */
    static GcPauses read(Path log, long before) throws IOException {
        double[] pauses;
        try (var lines = Files.lines(log)) {
            pauses = lines.map(PAUSE::matcher)
                    .filter(Matcher::find)
                    .skip(before)
                    .map(pause -> pause.group(1))
                    .flatMapToDouble(ms -> DoubleStream.of(Double.parseDouble(ms)))
                    .sorted()
                    .toArray();
        }
        int last = pauses.length - 1;
        return last < 0
                ? new GcPauses(0, 0, 0)
                : new GcPauses(pauses.length, pauses[(int) Math.floor(last * 0.99)], pauses[last]);
    }
}
