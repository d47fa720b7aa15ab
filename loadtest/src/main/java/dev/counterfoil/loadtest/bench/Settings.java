package dev.counterfoil.loadtest.bench;

import dev.counterfoil.loadtest.stack.InstalledPostgresql;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How much is measured, from system properties.
 *
 * @param rounds each scenario is measured so often, each time by gateways that were started anew
 * @param seconds that one measurement takes
 * @param warmUp seconds of each scenario before each round, with pauses in which what became hot is compiled
 * @param cards made for the redemptions, over all programs; more requests than cards use a card again
 * @param items that the redemptions are spread over, in each program
 * @param programs that the requests are spread over, each with a cell, cards and items of its own
 * @param gateways on the one Redis and PostgreSQL, each with a wrk of its own and its part of the connections
 * @param connections of wrk
 * @param share of the most redemptions that was measured, in percent, at which their latency is; 0: it is not
 * @param batch cards that are made in one batch at the end, while redemptions go on; 0: none
 * @param jvm flags of the gateway and the echo alike
 * @param postgresql where the programs of the PostgreSQL are that is measured; empty: the embedded one
 * @param scenarios in the order of the rounds
 * @param folder of the installation, which is new with every run
 * @param report folder of the results
 */
record Settings(
        int rounds,
        int seconds,
        int warmUp,
        int cards,
        int items,
        int programs,
        int gateways,
        int connections,
        int share,
        int batch,
        List<String> jvm,
        Optional<Path> postgresql,
        List<Scenario> scenarios,
        Path folder,
        Path report) {
    private static final String ALL = "echo,redeem,replay,quota,soldout,lookup,hot,checkout";
    private static final int MOST_ITEMS_OF_ALL = 10_000;

    Settings {
        if ((long) items * programs > MOST_ITEMS_OF_ALL) {
            throw new IllegalArgumentException("items: " + items + " in each of " + programs + " programs (expected: "
                    + MOST_ITEMS_OF_ALL + " in all at most)");
        } else if (gateways > 1 && scenarios.contains(Scenario.REPLAY)) {
            throw new IllegalArgumentException("scenarios: replay (expected: not with several gateways)");
        } else if (batch > 0 && (gateways > 1 || !scenarios.contains(Scenario.REDEEM))) {
            throw new IllegalArgumentException(
                    "batch: " + batch + " (expected: 0 with several gateways or without redeem among the scenarios)");
        } else if (connections < gateways) {
            throw new IllegalArgumentException(
                    "connections: " + connections + " (expected: one a gateway at least, " + gateways + ")");
        }
    }

    static Settings fromProperties() throws IOException {
        int gateways = number("gateways", 1, 1, 4);
        return new Settings(
                number("rounds", 3, 1, 50),
                number("seconds", 8, 1, 600),
                number("warmUp", 12, 0, 600),
                number("cards", 200_000, 1_000, 5_000_000),
                number("items", 1, 1, 1_000),
                number("programs", 1, 1, 50),
                gateways,
                number("connections", 64, 1, 4_096),
                number("share", 70, 0, 95),
                number("batch", 0, 0, 1_000_000),
                List.of(System.getProperty("jvm", "-Xms1g -Xmx1g -XX:+UseG1GC -XX:MaxTenuringThreshold=1")
                        .trim()
                        .split("\\s+")),
                InstalledPostgresql.find(System.getProperty("postgresql", "auto")),
                Arrays.stream(System.getProperty("scenarios", gateways == 1 ? ALL : ALL.replace("replay,", ""))
                                .split(","))
                        .map(String::strip)
                        .map(Scenario::of)
                        .toList(),
                Path.of(System.getProperty("folder", "loadtest/target/bench")).toAbsolutePath(),
                Path.of(System.getProperty("report", "loadtest/target/bench-report"))
                        .toAbsolutePath());
    }

    private static int number(String property, int usual, int least, int most) {
        String text = System.getProperty(property, Integer.toString(usual));
        if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException(
                    property + ": \"" + text + "\" (expected: " + least + ".." + most + ", a whole number)");
        }
        return Integer.parseInt(text);
    }
}
