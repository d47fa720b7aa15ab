package dev.counterfoil.loadtest.simulations;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.http.HttpDsl.http;

import dev.counterfoil.loadtest.IssuerApi;
import dev.counterfoil.loadtest.Target;
import dev.counterfoil.loadtest.auditor.Auditor;
import io.gatling.javaapi.core.CheckBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What all simulations share: cards, items, requests, and the auditor at the end. */
abstract class AuditedSimulation extends Simulation {
    static final String CARD_TYPE = "gift-1000";
    static final long PLENTY = 1_000_000_000L;

    final Load load = new Load();
    final Target target = Target.find();
    /** Begins the name of everything that this run makes, so that no two runs share anything. */
    final String run = "load-" + Long.toString(System.currentTimeMillis(), 36);

    final IssuerApi issuer = new IssuerApi(target, run);
    final List<String> secrets = new ArrayList<>();
    private final AtomicLong next = new AtomicLong();

    /** Makes what is sold and what it is paid with. */
    abstract void prepare();

    /** Throws where what was answered is not what had to be; the auditor comes after it. */
    void judge() {}

    @Override
    public final void before() {
        System.out.println("preparing on " + target);
        prepare();
    }

    @Override
    public final void after() {
        judge();
        if (Boolean.parseBoolean(System.getProperty("audit", "true")) && Auditor.audit(System.out) != 0) {
            throw new IllegalStateException("the auditor does not pass these books");
        }
    }

    void makeCards() {
        secrets.addAll(issuer.makeCards(CARD_TYPE, load.cards()));
    }

    /** Puts an item of one fen, so that a card outlasts the run, and stocks it. {@code more}: further fields, each after a comma. */
    void sell(String sku, long units, String more) {
        issuer.putItem(
                sku,
                "{\"name\":\"Load test\",\"kind\":\"goods\",\"prices\":[{\"asset\":\"CNY\",\"amount\":1}]" + more
                        + "}");
        if (units > 0) {
            issuer.stock(sku, units);
        }
    }

    HttpProtocolBuilder protocol() {
        return http.baseUrl(target.url() + "/v1/programs/" + target.program())
                .authorizationHeader("Bearer " + target.secretKey())
                .contentTypeHeader("application/json")
                .shareConnections()
                .disableCaching()
                .disableWarmUp();
    }

    /** A card, an account and a number that no other checkout of any run has. */
    Iterator<Map<String, Object>> checkouts() {
        return Stream.generate(next::incrementAndGet)
                .<Map<String, Object>>map(
                        n -> Map.of("secret", secrets.get((int) (n % secrets.size())), "n", run + "-" + n))
                .iterator();
    }

    /** A redemption of the fed checkout's card, under a key of the checkout and {@code attempt}. */
    static HttpRequestActionBuilder redeem(String name, String sku, String attempt) {
        return redeem(name, sku, attempt, "#{secret}");
    }

    static HttpRequestActionBuilder redeem(String name, String sku, String attempt, String secret) {
        return http(name)
                .post("/redemptions")
                .header("Idempotency-Key", "#{n}-" + attempt)
                .body(StringBody("{\"secret\":\"" + secret + "\",\"item\":\"" + sku
                        + "\",\"quantity\":1,\"account\":\"#{n}\",\"reference\":\"#{n}\"}"));
    }

    static CheckBuilder.Final code(String expected) {
        return jsonPath("$.code").is(expected);
    }

    /** Exactly as many, by the answers; prints it, else throws. */
    static void requireExactly(String what, long expected, long found) {
        if (expected != found) {
            throw new IllegalStateException(what + ": " + found + " (expected: " + expected + ")");
        }
        System.out.println(what + ": " + found + ", as it has to be");
    }
}
