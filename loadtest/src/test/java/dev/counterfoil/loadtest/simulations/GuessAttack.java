package dev.counterfoil.loadtest.simulations;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Guessers among honest customers of one shop: {@code -Dusers} (20) addresses present secrets that do not exist as fast as they are
 * answered, while {@code -Drate} (50 a second) customers redeem. Each guesser learns of ten secrets, then he waits; no customer is refused,
 * and theirs are answered in time.
 */
public class GuessAttack extends AuditedSimulation {
    private static final int FAILURES = 10;

    /** A lock is missed by what was on its way when it fell. */
    private static final int ON_THE_WAY = 5;

    private static final int MOST_P99_MS = 1_000;
    private static final String LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private final String sku = run + "-guessed";
    private final int guessers = load.users(20);
    private final AtomicLong told = new AtomicLong();
    private final AtomicLong locked = new AtomicLong();

    {
        setUp(
                        scenario("customers")
                                .feed(checkouts())
                                .exec(redeem("customer", sku, "1").check(status().is(201)))
                                .injectOpen(constantUsersPerSec(load.rate(50)).during(load.duration(30))),
                        scenario("guessers")
                                .feed(guesses())
                                .exec(guess())
                                .injectClosed(constantConcurrentUsers(guessers).during(load.duration(30))))
                .protocols(protocol())
                .assertions(
                        global().failedRequests().count().is(0L),
                        details("customer").responseTime().percentile(99.0).lt(MOST_P99_MS));
    }

    @Override
    void prepare() {
        sell(sku, PLENTY, "");
        makeCards();
    }

    private ChainBuilder guess() {
        return exec(http("guess")
                        .post("/cards/lookup")
                        .body(StringBody("{\"secret\":\"#{secret}\",\"client\":{\"ip\":\"#{ip}\"}}"))
                        .check(status().in(422, 429).saveAs("status")))
                .exec(session -> {
                    if (session.contains("status")) {
                        (session.getInt("status") == 422 ? told : locked).incrementAndGet();
                    }
                    return session;
                });
    }

    /** Each time another secret, from one of as many addresses as there are guessers. */
    private Iterator<Map<String, Object>> guesses() {
        AtomicLong next = new AtomicLong();
        // 198.18.0.0/15 is for benchmarks (RFC 2544): nobody's address. The run draws its own part of it, so that no
        // lock is an old one.
        int network = ThreadLocalRandom.current().nextInt(256);
        return Stream.generate(next::incrementAndGet)
                .<Map<String, Object>>map(n -> {
                    int guesser = (int) (n % guessers);
                    return Map.of(
                            "ip",
                            "198." + (18 + guesser / 256 % 2) + "." + network + "." + guesser % 256,
                            "secret",
                            secret());
                })
                .iterator();
    }

    private static String secret() {
        StringBuilder secret = new StringBuilder();
        for (int i = 0; i < 17; i++) {
            secret.append(LETTERS.charAt(ThreadLocalRandom.current().nextInt(LETTERS.length())));
        }
        return secret.toString();
    }

    @Override
    void judge() {
        System.out.println("guesses that were told of: " + told + ", locked out: " + locked);
        long most = (long) guessers * (FAILURES + ON_THE_WAY);
        if (told.get() > most || locked.get() == 0) {
            throw new IllegalStateException("guesses that were told of: " + told + " (expected: at most " + most
                    + ", and some that were locked out: " + locked + ")");
        }
    }
}
