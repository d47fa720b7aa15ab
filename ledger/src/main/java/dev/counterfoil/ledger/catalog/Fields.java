package dev.counterfoil.ledger.catalog;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.Amounts;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The forms that names and numbers of the catalog take. Each method returns its value or throws {@link InvalidField}. */
public final class Fields {
    /** Of programs, issuers and card types. */
    public static final Pattern SLUG = Pattern.compile("[a-z][a-z0-9-]{1,31}");

    public static final Pattern SKU = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    public static final Pattern ASSET = Pattern.compile("[A-Za-z]{1,16}");

    /** The longest name, in characters. */
    public static final int LONGEST_NAME = 128;

    private Fields() {}

    @CanIgnoreReturnValue
    public static String slug(String pointer, String value) {
        return matching(SLUG, pointer, value);
    }

    @CanIgnoreReturnValue
    public static String sku(String pointer, String value) {
        return matching(SKU, pointer, value);
    }

    @CanIgnoreReturnValue
    public static String asset(String pointer, String value) {
        return matching(ASSET, pointer, value);
    }

    /** What people read: not blank, no control characters. */
    public static String name(String pointer, String value) {
        if (value.isBlank() || value.length() > LONGEST_NAME || value.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidField(
                    pointer,
                    "expected 1 to " + LONGEST_NAME + " characters, not blank, none of them control characters");
        }
        return value;
    }

    /** 1..2^53−1. */
    public static long amount(String pointer, long value) {
        if (value < 1 || value > Amounts.MAX) {
            throw new InvalidField(pointer, value + " (expected: 1.." + Amounts.MAX + ")");
        }
        return value;
    }

    /** An IANA time zone, as {@code Asia/Shanghai}, or {@code UTC}. */
    public static ZoneId zone(String pointer, String value) {
        try {
            return ZoneId.of(value);
        } catch (DateTimeException e) {
            throw new InvalidField(pointer, "\"" + value + "\" (expected: an IANA time zone, as Asia/Shanghai)");
        }
    }

    static @Nullable Long limit(String pointer, @Nullable Long value) {
        return value == null ? null : Long.valueOf(amount(pointer, value));
    }

    private static String matching(Pattern pattern, String pointer, String value) {
        if (!pattern.matcher(value).matches()) {
            throw new InvalidField(pointer, "\"" + value + "\" (expected: " + pattern + ")");
        }
        return value;
    }
}
