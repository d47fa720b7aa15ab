package dev.counterfoil.loadtest.simulations;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;

/**
 * The same load for {@code -Dduration} (600 s, at most a day): {@code -Drate} (100) checkouts a second, each a hold that is captured
 * and of which a part is given back, so that every kind of step runs all the while.
 */
public class Soak extends AuditedSimulation {
    private final String sku = run + "-soak";

    {
        setUp(scenario("soak")
                        .feed(checkouts())
                        .exec(holdCaptureReverse())
                        .injectOpen(constantUsersPerSec(load.rate(100)).during(load.duration(600))))
                .protocols(protocol())
                .assertions(global().failedRequests().percent().lte(load.allowedFailures()));
    }

    @Override
    void prepare() {
        sell(sku, PLENTY, "");
        makeCards();
    }

    private ChainBuilder holdCaptureReverse() {
        return exec(http("hold")
                        .post("/redemptions")
                        .header("Idempotency-Key", "#{n}-hold")
                        .body(StringBody("{\"secret\":\"#{secret}\",\"item\":\"" + sku
                                + "\",\"quantity\":3,\"account\":\"#{n}\",\"hold\":{\"seconds\":60}}"))
                        .check(status().is(201), jsonPath("$.id").saveAs("id")))
                .exitHereIfFailed()
                .exec(http("capture")
                        .post("/redemptions/#{id}/capture")
                        .header("Idempotency-Key", "#{n}-capture")
                        .body(StringBody("{\"quantity\":2}"))
                        .check(status().is(200), jsonPath("$.captured_quantity").is("2")))
                .exitHereIfFailed()
                .exec(http("reverse")
                        .post("/redemptions/#{id}/reverse")
                        .header("Idempotency-Key", "#{n}-reverse")
                        .body(StringBody("{\"quantity\":1,\"reason\":\"soak\"}"))
                        .check(status().is(201), jsonPath("$.of").is(session -> session.getString("id"))));
    }
}
