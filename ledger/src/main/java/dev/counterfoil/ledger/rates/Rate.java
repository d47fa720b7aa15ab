package dev.counterfoil.ledger.rates;

import dev.counterfoil.ledger.Amounts;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many requests may pass in each window, or {@link #OFF}. Windows follow each other without gaps from the epoch, by Redis'
 * clock. Written as {@code 100/1s}, {@code 600/1m}, {@code 5000/24h}, {@code off}.
 *
 * @param quota requests a window, 1..10,000,000; 0 only in {@link #OFF}
 * @param windowSeconds 1..86,400; 0 only in {@link #OFF}
 */
public record Rate(int quota, int windowSeconds) {
    /** No ceiling. */
    public static final Rate OFF = new Rate(0, 0);

    private static final Pattern FORM = Pattern.compile("(\\d{1,8})/(\\d{0,5})([smh])");

    public Rate {
        if (quota != 0 || windowSeconds != 0) {
            Amounts.within("quota", quota, 1, 10_000_000);
            Amounts.within("window in seconds", windowSeconds, 1, 86_400);
        }
    }

    /** Reads what {@link #toString} writes, and {@code 100/s} for {@code 100/1s}; throws with the form that is expected. */
    public static Rate parse(String text) {
        if (text.equals("off")) {
            return OFF;
        }
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            long window = form.group(2).isEmpty() ? 1 : Long.parseLong(form.group(2));
            long seconds = window * secondsOf(form.group(3));
            int quota = Integer.parseInt(form.group(1));
            if (quota >= 1 && quota <= 10_000_000 && seconds >= 1 && seconds <= 86_400) {
                return new Rate(quota, (int) seconds);
            }
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" (expected: off, or requests a window, 1/1s..10000000/24h, as 100/1s or 600/1m)");
    }

    public boolean isOff() {
        return quota == 0;
    }

    /** The window's length. */
    public long windowMs() {
        return windowSeconds * 1_000L;
    }

    long windowNanos() {
        return windowSeconds * 1_000_000_000L;
    }

    private static int secondsOf(String unit) {
        return switch (unit) {
            case "h" -> 3_600;
            case "m" -> 60;
            default -> 1;
        };
    }

    @Override
    public String toString() {
        if (isOff()) {
            return "off";
        }
        String unit = windowSeconds % 3_600 == 0 ? "h" : windowSeconds % 60 == 0 ? "m" : "s";
        return quota + "/" + windowSeconds / secondsOf(unit) + unit;
    }
}
