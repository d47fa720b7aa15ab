package dev.counterfoil.gateway.settings;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as they are written in settings: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 24h}, {@code 7d}. */
public final class DurationText {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private DurationText() {}

    public static Optional<Duration> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(unit(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1))))
                : Optional.empty();
    }

    /** The largest unit that needs no fraction; days are not used, so that {@code 24h} stays {@code 24h}. */
    static String format(Duration duration) {
        for (String unit : new String[] {"h", "m", "s"}) {
            long millis = unit(unit).toMillis();
            if (duration.toMillis() % millis == 0 && (!duration.isZero() || unit.equals("s"))) {
                return duration.toMillis() / millis + unit;
            }
        }
        return duration.toMillis() + "ms";
    }

    private static Duration unit(String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> Duration.ofDays(1);
        };
    }
}
