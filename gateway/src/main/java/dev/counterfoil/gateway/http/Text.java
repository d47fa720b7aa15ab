package dev.counterfoil.gateway.http;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The form of a text in a request: its length in characters, and either a pattern or, without one, no control characters.
 *
 * @param form how the pattern reads to people, such as {@code lower-case letters, digits and hyphens}
 */
public record Text(int min, int max, Optional<Pattern> pattern, String form) {
    /** Any text of 1 to {@code max} characters without control characters. */
    public static Text upTo(int max) {
        return new Text(1, max, Optional.empty(), "");
    }

    /** A text that {@code pattern} matches as a whole. */
    public static Text matching(int max, String pattern, String form) {
        return new Text(1, max, Optional.of(Pattern.compile(pattern)), form);
    }

    /** As it is, but it may be empty. */
    public Text orEmpty() {
        return new Text(0, max, pattern, form);
    }

    /** What is wrong with {@code value}, or empty. The value is not quoted: it may be a secret. */
    public Optional<String> fault(String value) {
        int length = value.codePointCount(0, value.length());
        if (length < min || length > max) {
            return Optional.of(length + " characters (expected: " + min + ".." + max + ")");
        }
        if (pattern.isPresent()) {
            return pattern.get().matcher(value).matches() ? Optional.empty() : Optional.of("expected: " + form);
        }
        return value.chars().anyMatch(Character::isISOControl)
                ? Optional.of("holds a control character")
                : Optional.empty();
    }
}
