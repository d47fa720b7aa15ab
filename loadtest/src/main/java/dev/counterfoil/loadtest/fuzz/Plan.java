package dev.counterfoil.loadtest.fuzz;

import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What is sent, from system properties.
 *
 * @param seed with an index it draws a request; -Dseed
 * @param from the first index; -Dfrom
 * @param requests so many indices; -Drequests
 * @param connections that send at the same time; -Dconnections
 * @param folder of the installation, which is new with every run; -Dfolder
 */
record Plan(long seed, long from, int requests, int connections, Path folder) {
    private static final int SEEDS = 1_000_000;

    static Plan fromProperties() {
        return new Plan(
                number("seed", ThreadLocalRandom.current().nextInt(SEEDS), 0, Integer.MAX_VALUE),
                number("from", 0, 0, Integer.MAX_VALUE),
                number("requests", 20_000, 1, 100_000_000),
                number("connections", 16, 1, 256),
                Path.of(System.getProperty("folder", "loadtest/target/fuzz")).toAbsolutePath());
    }

    private static int number(String property, int usual, int least, int most) {
        String text = System.getProperty(property, Integer.toString(usual));
        if (!text.matches("\\d{1,10}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw new IllegalArgumentException(
                    property + ": \"" + text + "\" (expected: " + least + ".." + most + ", a whole number)");
        }
        return Integer.parseInt(text);
    }
}
