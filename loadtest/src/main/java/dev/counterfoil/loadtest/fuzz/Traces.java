package dev.counterfoil.loadtest.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Looks through what a gateway wrote, for its defects and for secrets. */
final class Traces {
    private static final Pattern WORD = Pattern.compile("[0-9A-Za-z_-]{12,}");
    private static final Pattern ERROR =
            Pattern.compile("^\\S+ +ERROR\\b.*|^\\S+ \\S+ +ERROR\\b.*|.*\"level\":\"ERROR\".*");
    private static final int MOST = 5;

    private final Set<String> secrets;

    /** @param secrets in any case, with dashes or without */
    Traces(Set<String> secrets) {
        this.secrets = secrets.stream().map(Traces::bare).collect(Collectors.toSet());
    }

    /** What is wrong with a log behind its first {@code skipped} bytes; at most some of it. */
    List<String> log(Path log, long skipped) throws IOException {
        List<String> found = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(log), StandardCharsets.ISO_8859_1))) {
            // A byte each.
            for (long left = skipped; left > 0; ) {
                left -= Math.max(1, lines.skip(left));
            }
            for (String line = lines.readLine(); line != null && found.size() < MOST; line = lines.readLine()) {
                if (ERROR.matcher(line).matches()) {
                    found.add("LOG: " + line);
                }
                if (tells(line)) {
                    found.add("SECRET: the log holds a secret: " + line);
                }
            }
        }
        return found;
    }

    /** What is wrong with metrics; at most some of it. */
    List<String> metrics(String text) {
        return text.lines()
                .filter(this::tells)
                .limit(MOST)
                .map(line -> "SECRET: the metrics hold a secret: " + line)
                .toList();
    }

    private boolean tells(String line) {
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            if (secrets.contains(bare(word.group()))) {
                return true;
            }
        }
        return false;
    }

    private static String bare(String secret) {
        return secret.replace("-", "").toUpperCase(Locale.ROOT);
    }
}
