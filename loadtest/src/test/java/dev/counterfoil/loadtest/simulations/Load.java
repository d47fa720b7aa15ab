package dev.counterfoil.loadtest.simulations;

import java.time.Duration;

/** How much load, from system properties; what each simulation takes where nothing is said fits a laptop. */
final class Load {
    /** Users under way at any time, or in all, as the simulation says. */
    int users(int usual) {
        return number("users", usual, 1, 20_000);
    }

    /** Checkouts begun a second, whatever the answers. */
    int rate(int usual) {
        return number("rate", usual, 0, 50_000);
    }

    /** Of the load itself. */
    Duration duration(int usualSeconds) {
        return Duration.ofSeconds(number("duration", usualSeconds, 1, 86_400));
    }

    /** Made before it. */
    int cards() {
        return number("cards", 5_000, 1, 500_000);
    }

    /** Units, or fen, that there are too few of. */
    int units(int usual) {
        return number("units", usual, 0, 1_000_000);
    }

    /** Percent of redemptions that are sent again. */
    int replays() {
        return number("replays", 10, 0, 100);
    }

    /** Percent of requests that may fail, for runs in which something is broken on purpose. */
    double allowedFailures() {
        return number("allowedFailures", 0, 0, 100);
    }

    private static int number(String property, int usual, int least, int most) {
        String text = System.getProperty(property, Integer.toString(usual));
        int value = text.matches("\\d{1,9}") ? Integer.parseInt(text) : least - 1;
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    property + ": " + text + " (expected: " + least + ".." + most + ", a whole number)");
        }
        return value;
    }
}
