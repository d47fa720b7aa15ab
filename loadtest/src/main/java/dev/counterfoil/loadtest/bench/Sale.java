package dev.counterfoil.loadtest.bench;

import dev.counterfoil.loadtest.IssuerApi;
import dev.counterfoil.loadtest.Target;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What is sold and what it is paid with, and where wrk's script finds them. */
final class Sale {
    private static final String GOODS =
            "{\"name\":\"Bench\",\"kind\":\"goods\",\"prices\":[{\"asset\":\"CNY\",\"amount\":1}],"
                    + "\"limits\":{\"per_account_daily\":%d}}";
    private static final long PLENTY = 1_000_000_000L;
    /** Of a checkout. */
    private static final int LINES = 3;

    private static final long ORDER = 1;

    private final Target target;
    private final List<String> programs;
    private final int items;
    private final Path cards;
    private final Path smallCards;
    private final String hotCard;

    private Sale(Target target, List<String> programs, int items, Path cards, Path smallCards, String hotCard) {
        this.target = target;
        this.programs = programs;
        this.items = items;
        this.cards = cards;
        this.smallCards = smallCards;
        this.hotCard = hotCard;
    }

    /**
     * @param target the first program; the others are in {@code programs} and have the same keys
     * @param programs all of them
     */
    static Sale prepare(Target target, List<String> programs, Settings settings) throws IOException {
        List<IssuerApi> issuers = new ArrayList<>();
        for (String program : programs) {
            IssuerApi issuer = new IssuerApi(target.in(program), "bench");
            prepare(issuer, settings.items());
            issuers.add(issuer);
        }
        int each = Math.max(1, settings.cards() / programs.size());
        // The first of two that pay for three: it has two.
        int small = settings.scenarios().contains(Scenario.CHECKOUT) ? each : 1;
        return new Sale(
                target,
                programs,
                settings.items(),
                write(settings.folder().resolve("cards.txt"), issuers, "bench", each),
                write(settings.folder().resolve("small-cards.txt"), issuers, "bench-small", small),
                issuers.get(0).makeCards("bench-hot", 1).get(0));
    }

    private static void prepare(IssuerApi issuer, int items) {
        for (int item = 1; item <= Math.max(items, LINES); item++) {
            issuer.putItem("bench-" + item, GOODS.formatted(5));
            issuer.stock("bench-" + item, PLENTY);
        }
        issuer.putItem("bench-limited", GOODS.formatted(1));
        issuer.stock("bench-limited", PLENTY);
        issuer.putItem("bench-sold-out", GOODS.formatted(5));
        issuer.putCardType("bench", cardType(100_000));
        issuer.putCardType("bench-small", cardType(2));
        issuer.putCardType("bench-hot", cardType(PLENTY));
    }

    /** The file with the secrets of the cards that pay for one thing. */
    Path cards() {
        return cards;
    }

    /** The program of a card by its place in the file, from 0. */
    String programOf(int card) {
        return programs.get(card % programs.size());
    }

    /** What the script needs to know to send requests {@code from} to {@code to}, and then from the start again, in {@code run}. */
    Map<String, String> environment(Scenario scenario, String run, long from, long to) {
        Map<String, String> environment = new HashMap<>();
        environment.put("BENCH_SCENARIO", scenario.token());
        environment.put("BENCH_RUN", run);
        environment.put("BENCH_FROM", Long.toString(from));
        environment.put("BENCH_TO", Long.toString(to));
        environment.put("BENCH_PROGRAMS", String.join(",", programs));
        environment.put("BENCH_ITEMS", Integer.toString(items));
        environment.put("BENCH_KEY", target.secretKey());
        environment.put("BENCH_CARDS", cards.toString());
        environment.put("BENCH_SMALL_CARDS", smallCards.toString());
        environment.put("BENCH_HOT_CARD", hotCard);
        return environment;
    }

    private static String cardType(long face) {
        return "{\"name\":\"Bench\",\"asset\":\"CNY\",\"face_value\":" + face + "}";
    }

    /**
     * The secrets of so many new cards of each program, a card of each in turn. Not in the order in which they were made: holders
     * do not come in it, and in PostgreSQL cards that were made together lie on one page.
     */
    private static Path write(Path file, List<IssuerApi> issuers, String cardType, int each) throws IOException {
        List<List<String>> secrets = new ArrayList<>();
        for (IssuerApi issuer : issuers) {
            List<String> made = new ArrayList<>(issuer.makeCards(cardType, each));
            Collections.shuffle(made, new Random(ORDER));
            secrets.add(made);
        }
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int card = 0; card < each; card++) {
                for (List<String> ofProgram : secrets) {
                    lines.write(ofProgram.get(card));
                    lines.newLine();
                }
            }
        }
        return file;
    }
}
