package dev.counterfoil.loadtest;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.percent;
import static io.gatling.javaapi.core.CoreDsl.randomSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import dev.counterfoil.loadtest.auditor.Auditor;
import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A sale: most checkouts redeem a card once and some of those are sent again; some go past a limit per account; some rush
 * for an item that sells out. Makes its own cards and items. Afterwards the auditor reads the books, and its verdict fails
 * the run whatever the answers looked like.
 */
public class RedeemSimulation extends Simulation {
    private static final String CARD_TYPE = "gift-1000";
    private static final long PLENTY = 1_000_000_000L;

    private final Load load = Load.fromProperties();
    private final Target target = Target.find();
    private final String run = "load-" + Long.toString(System.currentTimeMillis(), 36);
    private final String plain = run + "-plain";
    private final String capped = run + "-capped";
    private final String rushed = run + "-rushed";
    private final List<String> secrets = new ArrayList<>();
    private final AtomicLong next = new AtomicLong();

    {
        PopulationBuilder population = load.rate() > 0
                ? sale().injectOpen(constantUsersPerSec(load.rate()).during(load.duration()))
                : sale().injectClosed(constantConcurrentUsers(load.users()).during(load.duration()));
        setUp(population).protocols(protocol()).assertions(assertions());
    }

    @Override
    public void before() {
        System.out.println("preparing " + load.cards() + " cards on " + target);
        IssuerApi issuer = new IssuerApi(target, run);
        issuer.putItem(plain, item(""));
        issuer.putItem(capped, item(",\"limits\":{\"per_account_daily\":2}"));
        issuer.putItem(rushed, item(""));
        issuer.stock(plain, PLENTY);
        issuer.stock(capped, PLENTY);
        if (load.rushUnits() > 0) {
            issuer.stock(rushed, load.rushUnits());
        }
        secrets.addAll(issuer.makeCards(CARD_TYPE, load.cards()));
    }

    @Override
    public void after() {
        if (Boolean.parseBoolean(System.getProperty("audit", "true")) && Auditor.audit(System.out) != 0) {
            throw new IllegalStateException("the auditor does not pass these books");
        }
    }

    /** One fen each, so that a card outlasts the run. */
    private static String item(String limits) {
        return "{\"name\":\"Load test\",\"kind\":\"goods\",\"prices\":[{\"asset\":\"CNY\",\"amount\":1}]" + limits
                + "}";
    }

    private HttpProtocolBuilder protocol() {
        return http.baseUrl(target.url() + "/v1/programs/" + target.program())
                .authorizationHeader("Bearer " + target.secretKey())
                .contentTypeHeader("application/json")
                .shareConnections()
                .disableCaching()
                .disableWarmUp();
    }

    private ScenarioBuilder sale() {
        return scenario("sale")
                .feed(checkouts())
                .exec(randomSwitch()
                        .on(
                                percent(80).then(once()),
                                percent(10).then(pastTheLimit()),
                                percent(10).then(rush())));
    }

    /** A card, an account and a number that no other checkout of any run has. */
    private Iterator<Map<String, Object>> checkouts() {
        return Stream.generate(next::incrementAndGet)
                .<Map<String, Object>>map(
                        n -> Map.of("secret", secrets.get((int) (n % secrets.size())), "n", run + "-" + n))
                .iterator();
    }

    private ChainBuilder once() {
        ChainBuilder again = exec(redeem("replay", plain, "1")
                .check(
                        status().is(201),
                        header("Idempotency-Replayed").is("true"),
                        bodyString().is(session -> session.getString("answer"))));
        return exec(redeem("redeem", plain, "1")
                        .check(
                                status().is(201),
                                header("Idempotency-Replayed").notExists(),
                                bodyString().saveAs("answer")))
                .doIf(session -> session.contains("answer"))
                .then(randomSwitch().on(percent(load.replays()).then(again)));
    }

    private ChainBuilder pastTheLimit() {
        return exec(redeem("redeem within the limit", capped, "1").check(status().is(201)))
                .exec(redeem("redeem within the limit", capped, "2").check(status().is(201)))
                .exitHereIfFailed()
                .exec(redeem("redeem past the limit", capped, "3")
                        .check(
                                status().is(409),
                                jsonPath("$.code").is("quota_exceeded"),
                                jsonPath("$.quota.resets_at").exists()));
    }

    private ChainBuilder rush() {
        return exec(redeem("rush", rushed, "1")
                .check(status().in(201, 409))
                .checkIf((response, session) -> response.status().code() == 409)
                .then(jsonPath("$.code").is("insufficient_stock")));
    }

    private static HttpRequestActionBuilder redeem(String name, String sku, String attempt) {
        return http(name)
                .post("/redemptions")
                .header("Idempotency-Key", "#{n}-" + attempt)
                .body(StringBody("{\"secret\":\"#{secret}\",\"item\":\"" + sku
                        + "\",\"quantity\":1,\"account\":\"#{n}\",\"reference\":\"#{n}\"}"));
    }

    private Assertion[] assertions() {
        return new Assertion[] {
            global().failedRequests().percent().lte((double) load.allowedFailures()),
            details("redeem").successfulRequests().count().gt(0L),
        };
    }
}
