package dev.counterfoil.loadtest;

import java.time.Duration;

/**
 * How much load, from system properties.
 *
 * @param users redemptions under way at any time, where {@code rate} is 0
 * @param rate checkouts begun a second, whatever the answers; 0 = as many as {@code users} get done
 * @param duration of the load itself
 * @param cards made before it
 * @param rushUnits stock of the item that sells out
 * @param replays percent of redemptions that are sent again
 * @param allowedFailures percent of requests that may fail, for runs in which something is broken on purpose
 */
record Load(int users, int rate, Duration duration, int cards, int rushUnits, int replays, int allowedFailures) {
    static Load fromProperties() {
        return new Load(
                number("users", 32, 1, 5_000),
                number("rate", 0, 0, 50_000),
                Duration.ofSeconds(number("duration", 30, 1, 86_400)),
                number("cards", 5_000, 1, 500_000),
                number("rushUnits", 500, 0, 1_000_000),
                number("replays", 10, 0, 100),
                number("allowedFailures", 0, 0, 100));
    }

    private static int number(String property, int usual, int least, int most) {
        int value;
        try {
            value = Integer.parseInt(System.getProperty(property, Integer.toString(usual)));
        } catch (NumberFormatException e) {
            value = least - 1;
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException(property + ": " + System.getProperty(property) + " (expected: " + least
                    + ".." + most + ", a whole number)");
        }
        return value;
    }
}
