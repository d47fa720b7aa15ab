package dev.counterfoil.gateway.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** The checks of the settings records: each names the setting, its value and what is expected. */
final class Bounds {
    private Bounds() {}

    static void between(String path, long value, long min, long max) {
        if (value < min || value > max) {
            throw new SettingsException(path + ": " + value + " (expected: " + min + ".." + max + ")");
        }
    }

    static void between(String path, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new SettingsException(path + ": " + DurationText.format(value) + " (expected: "
                    + DurationText.format(min) + ".." + DurationText.format(max) + ")");
        }
    }

    /** Of settings that only make sense together. */
    static void atLeast(String path, Duration value, String other, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new SettingsException(path + ": " + DurationText.format(value) + " (expected: at least " + other
                    + ", " + DurationText.format(least) + ")");
        }
    }

    static void text(String path, String value) {
        if (value.isBlank()) {
            throw new SettingsException(path + ": \"\" (expected: a text that is not empty)");
        }
    }

    static void size(String path, int size, int max) {
        if (size > max) {
            throw new SettingsException(path + ": " + size + " entries (expected: 0.." + max + ")");
        }
    }

    /** The value is not shown: a URI may carry a password. */
    static void uri(String path, Optional<Secret> uri, String... schemes) {
        if (uri.isPresent() && Arrays.stream(schemes).noneMatch(uri.get().reveal()::startsWith)) {
            throw new SettingsException(
                    path + ": (hidden) (expected: a URI that starts with " + String.join(" or ", schemes) + ")");
        }
    }
}
