package dev.counterfoil.loadtest;

import dev.counterfoil.loadtest.auditor.Addresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The gateway under load and its keys: system properties {@code url}, {@code secretKey}, {@code issuerKey} and
 * {@code program}, else {@code demo.env} in the data folder.
 */
public record Target(String url, String secretKey, String issuerKey, String program) {
    private static final Pattern ASSIGNMENT = Pattern.compile("(?:export\\s+)?(\\w+)=(['\"]?)(.*)\\2\\s*");

    public static Target find() {
        Path file = Addresses.dataFolder().resolve("demo.env");
        Map<String, String> demo = assignments(file);
        return new Target(
                first("url", demo.get("CF_URL"), file),
                first("secretKey", demo.get("CF_SECRET_KEY"), file),
                first("issuerKey", demo.get("CF_ISSUER_KEY"), file),
                System.getProperty("program", "demo"));
    }

    /** The demo program of the gateway that runs on {@code dataFolder}. */
    public static Target demo(Path dataFolder) {
        Path file = dataFolder.resolve("demo.env");
        Map<String, String> demo = assignments(file);
        return new Target(
                required(demo.get("CF_URL"), "CF_URL", file),
                required(demo.get("CF_SECRET_KEY"), "CF_SECRET_KEY", file),
                required(demo.get("CF_ISSUER_KEY"), "CF_ISSUER_KEY", file),
                "demo");
    }

    /** Every key of the demo program, whatever its scopes. */
    public static List<String> demoKeys(Path dataFolder) {
        return assignments(dataFolder.resolve("demo.env")).entrySet().stream()
                .filter(each -> each.getKey().endsWith("_KEY"))
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The same program and keys through another gateway. */
    public Target at(String otherUrl) {
        return new Target(otherUrl, secretKey, issuerKey, program);
    }

    /** Another program of the same issuer, with the same keys. */
    public Target in(String otherProgram) {
        return new Target(url, secretKey, issuerKey, otherProgram);
    }

    private static Map<String, String> assignments(Path file) {
        Map<String, String> values = new HashMap<>();
        try {
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                Matcher assignment = ASSIGNMENT.matcher(line);
                if (assignment.matches()) {
                    values.put(assignment.group(1), assignment.group(3));
                }
            }
            return values;
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read", e);
        }
    }

    private static String required(@Nullable String value, String name, Path file) {
        if (value == null || value.isBlank()) {
            throw new IllegalStateException(file + " has no " + name);
        }
        return value;
    }

    private static String first(String property, @Nullable String otherwise, Path file) {
        String value = System.getProperty(property, otherwise);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException(
                    "no " + property + ": give -D" + property + "=, or start the gateway, which writes " + file);
        }
        return value;
    }

    @Override
    public String toString() {
        return url + ", program " + program;
    }
}
