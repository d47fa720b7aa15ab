package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.stack.Installation;
import dev.counterfoil.loadtest.stack.Redis.Fsync;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What to play, from system properties: {@code rounds} (1..10000, 20), {@code seed}, {@code clients} (1..256, 32),
 * {@code faults} (names, separated by commas; all that this machine can play), {@code appendfsync} ({@code always} or
 * {@code everysec}), {@code lasting} (seconds that a stop, a cut or a full disk lasts at most, 1..600, 5), {@code folder} ({@code loadtest/target/crash}; deleted before and after).
 *
 * @param faults one a round, in this order
 * @param clients redemptions under way at any time
 * @param lasting the longest time for faults that are not over at once
 */
record Plan(long seed, List<Fault> faults, int clients, Duration lasting, Fsync fsync, Path folder) {
    Plan {
        faults = List.copyOf(faults);
    }

    int rounds() {
        return faults.size();
    }

    static Plan fromProperties() throws IOException {
        int rounds = number("rounds", 20, 1, 10_000);
        long seed = drawnSeed();
        String named = System.getProperty("faults", "");
        List<Fault> faults = named.isBlank()
                ? Fault.possible()
                : Arrays.stream(named.split(","))
                        .map(String::strip)
                        .map(Fault::of)
                        .toList();
        Fsync fsync = switch (System.getProperty("appendfsync", "always")) {
            case "always" -> Fsync.ALWAYS;
            case "everysec" -> Fsync.EVERYSEC;
            default ->
                throw new IllegalArgumentException(
                        "appendfsync: " + System.getProperty("appendfsync") + " (expected: always, everysec)");
        };
        Path folder = namedFolder();
        return new Plan(
                seed,
                draw(faults, rounds, seed),
                number("clients", 32, 1, 256),
                Duration.ofSeconds(number("lasting", 5, 1, 600)),
                fsync,
                folder);
    }

    /** Shuffled decks of {@code faults}, so that each comes equally often and none is left out for long. */
    static List<Fault> draw(List<Fault> faults, int rounds, long seed) {
        Random random = new Random(seed);
        List<Fault> drawn = new ArrayList<>();
        while (drawn.size() < rounds) {
            List<Fault> deck = new ArrayList<>(faults);
            Collections.shuffle(deck, random);
            drawn.addAll(deck.subList(0, Math.min(deck.size(), rounds - drawn.size())));
        }
        return drawn;
    }

    private static Path namedFolder() throws IOException {
        String named = System.getProperty("folder", "");
        return named.isBlank()
                ? Installation.project().resolve("loadtest").resolve("target").resolve("crash")
                : Path.of(named).toAbsolutePath();
    }

    private static long drawnSeed() {
        String text = System.getProperty("seed", "");
        try {
            return text.isBlank() ? new Random().nextInt(Integer.MAX_VALUE) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("seed: " + text + " (expected: a whole number)", e);
        }
    }

    private static int number(String property, int usual, int least, int most) {
        String text = System.getProperty(property, Integer.toString(usual));
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Falls through to the message.
        }
        throw new IllegalArgumentException(
                property + ": " + text + " (expected: " + least + ".." + most + ", a whole number)");
    }
}
