package dev.counterfoil.loadtest.bench;

import dev.counterfoil.loadtest.IssuerApi;
import dev.counterfoil.loadtest.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is sold and what it is paid with, and where wrk's script finds them. */
final class Sale {
    private static final String GOODS =
            "{\"name\":\"Bench\",\"kind\":\"goods\",\"prices\":[{\"asset\":\"CNY\",\"amount\":1}],"
                    + "\"limits\":{\"per_account_daily\":%d}}";
    private static final long PLENTY = 1_000_000_000L;

    private final Target target;
    private final Path cards;
    private final Path smallCards;
    private final String hotCard;

    private Sale(Target target, Path cards, Path smallCards, String hotCard) {
        this.target = target;
        this.cards = cards;
        this.smallCards = smallCards;
        this.hotCard = hotCard;
    }

    static Sale prepare(Target target, int cards, Path folder) throws IOException {
        IssuerApi issuer = new IssuerApi(target, "bench");
        for (String item : List.of("bench", "bench-2", "bench-3")) {
            issuer.putItem(item, GOODS.formatted(5));
            issuer.stock(item, PLENTY);
        }
        issuer.putItem("bench-limited", GOODS.formatted(1));
        issuer.stock("bench-limited", PLENTY);
        issuer.putItem("bench-sold-out", GOODS.formatted(5));
        issuer.putCardType("bench-small", cardType(2));
        issuer.putCardType("bench-hot", cardType(PLENTY));
        return new Sale(
                target,
                write(folder.resolve("cards.txt"), issuer.makeCards("gift-1000", cards)),
                // The first of two that pay for three: it has two.
                write(folder.resolve("small-cards.txt"), issuer.makeCards("bench-small", cards)),
                issuer.makeCards("bench-hot", 1).get(0));
    }

    /** The file with the secrets of the cards that pay for one thing. */
    Path cards() {
        return cards;
    }

    /** What the script needs to know to send requests {@code from} to {@code to}, and then from the start again, in {@code run}. */
    Map<String, String> environment(Scenario scenario, String run, long from, long to) {
        Map<String, String> environment = new HashMap<>();
        environment.put("BENCH_SCENARIO", scenario.token());
        environment.put("BENCH_RUN", run);
        environment.put("BENCH_FROM", Long.toString(from));
        environment.put("BENCH_TO", Long.toString(to));
        environment.put("BENCH_PROGRAM", target.program());
        environment.put("BENCH_KEY", target.secretKey());
        environment.put("BENCH_CARDS", cards.toString());
        environment.put("BENCH_SMALL_CARDS", smallCards.toString());
        environment.put("BENCH_HOT_CARD", hotCard);
        return environment;
    }

    private static String cardType(long face) {
        return "{\"name\":\"Bench\",\"asset\":\"CNY\",\"face_value\":" + face + "}";
    }

    private static Path write(Path file, List<String> secrets) throws IOException {
        return Files.write(file, secrets);
    }
}
