package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.IssuerApi;
import dev.counterfoil.loadtest.Target;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a round sells: fresh cards, an item in plenty, one that runs out, one with a limit an account; and what clients do
 * with it.
 *
 * @param run begins every key of the round
 * @param hot cards that many redeem, one where a fault is short
 * @param cards the others
 */
record Shelf(String run, List<String> hot, List<String> cards) {
    static final String CARD_TYPE = "gift-1000";
    static final long FACE = 100_000;
    private static final String PLENTY = "crash-plenty";
    private static final String RARE = "crash-rare";
    private static final String LIMITED = "crash-limited";
    private static final int CARDS = 60;

    /** A hot card is empty after half a minute of load, and something must be left to sell when a fault is over. */
    private static final int HOT_CARD_SECONDS = 20;

    private static final int RARE_UNITS = 40;
    private static final int PLENTY_UNITS = 1_000_000;
    private static final int ACCOUNTS = 6;
    private static final int HOLD_SECONDS = 86_400;

    /**
     * Makes cards and stock through the issuer's API, and writes the stock down.
     *
     * @param lasting how long the fault may last
     */
    static Shelf fill(Target target, String run, ClientBooks books, Duration lasting) {
        IssuerApi issuer = new IssuerApi(target, run);
        put(issuer, PLENTY, 7, "");
        put(issuer, RARE, 11, "");
        put(issuer, LIMITED, 13, ",\"limits\":{\"per_account_total\":2}");
        stock(issuer, books, PLENTY, PLENTY_UNITS);
        stock(issuer, books, RARE, RARE_UNITS);
        stock(issuer, books, LIMITED, PLENTY_UNITS);
        int hot = 1 + (int) lasting.toSeconds() / HOT_CARD_SECONDS;
        List<String> made = issuer.makeCards(CARD_TYPE, CARDS + hot);
        return new Shelf(run, List.copyOf(made.subList(0, hot)), List.copyOf(made.subList(hot, made.size())));
    }

    private static void put(IssuerApi issuer, String sku, long price, String limits) {
        issuer.putItem(
                sku,
                "{\"name\":\"" + sku + "\",\"kind\":\"goods\",\"prices\":[{\"asset\":\"CNY\",\"amount\":" + price + "}]"
                        + limits + "}");
    }

    private static void stock(IssuerApi issuer, ClientBooks books, String sku, long units) {
        issuer.stock(sku, units);
        books.stocked(sku, units);
    }

    /** Something new that a client wants. */
    Operation draw(Random random, String key) {
        int kind = random.nextInt(100);
        if (kind < 30) {
            return item(Operation.Kind.REDEEM, key, any(hot, random), PLENTY, "any");
        } else if (kind < 55) {
            return item(Operation.Kind.REDEEM, key, any(cards, random), PLENTY, "any");
        } else if (kind < 65) {
            return item(Operation.Kind.REDEEM, key, any(cards, random), RARE, "any", "insufficient_stock");
        } else if (kind < 75) {
            String account = run + "-" + random.nextInt(ACCOUNTS);
            return item(Operation.Kind.REDEEM, key, any(cards, random), LIMITED, account, "quota_exceeded");
        } else if (kind < 85) {
            return split(random, key);
        }
        return item(Operation.Kind.HOLD, key, any(cards, random), PLENTY, "any");
    }

    private static String any(List<String> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    /** Two cards, of which the second gives what the first does not have. */
    private Operation split(Random random, String key) {
        int first = random.nextInt(cards.size());
        String second = cards.get((first + 1) % cards.size());
        String body = "{\"pay\":[{\"secret\":\"" + cards.get(first) + "\"},{\"secret\":\"" + second
                + "\"}],\"amount\":{\"value\":" + (1 + random.nextInt(60_000))
                + ",\"asset\":\"CNY\"},\"reference\":\"" + key + "\"}";
        return new Operation(Operation.Kind.REDEEM, key, body, null, Set.of("insufficient_balance"));
    }

    private static Operation item(
            Operation.Kind kind, String key, String secret, String sku, String account, String... refusals) {
        String hold = kind == Operation.Kind.HOLD ? ",\"hold\":{\"seconds\":" + HOLD_SECONDS + "}" : "";
        String body = "{\"secret\":\"" + secret + "\",\"item\":\"" + sku + "\",\"account\":\"" + account
                + "\",\"reference\":\"" + key + "\"" + hold + "}";
        Set<String> possible = new HashSet<>(List.of(refusals));
        possible.add("insufficient_balance");
        return new Operation(kind, key, body, null, possible);
    }

    /** What a client may want next of what was posted, or null. */
    static @Nullable Operation follow(Random random, Operation posted, String key) {
        int next = random.nextInt(100);
        if (posted.kind() == Operation.Kind.HOLD && next < 80) {
            Operation.Kind kind = next < 45 ? Operation.Kind.CAPTURE : Operation.Kind.RELEASE;
            return new Operation(kind, key, "{}", posted, Set.of());
        }
        if (posted.kind() == Operation.Kind.REDEEM
                && next < 15
                && !posted.body().contains(LIMITED)) {
            return new Operation(Operation.Kind.REVERSE, key, "{\"reason\":\"crash\"}", posted, Set.of());
        }
        return null;
    }
}
