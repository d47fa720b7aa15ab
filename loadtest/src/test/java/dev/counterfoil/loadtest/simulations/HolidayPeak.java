package dev.counterfoil.loadtest.simulations;

import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.percent;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.randomSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import java.time.Duration;

/**
 * A day in a minute: checkouts begin at a tenth of {@code -Drate} (500 a second), climb to it in a quarter of {@code -Dduration}
 * (60 s), stay for half of it and fall again. They come whatever the answers, as people do.
 */
public class HolidayPeak extends AuditedSimulation {
    private final String sku = run + "-holiday";

    {
        double peak = load.rate(500);
        double night = Math.max(1, peak / 10);
        Duration quarter = load.duration(60).dividedBy(4);
        setUp(scenario("holiday peak")
                        .feed(checkouts())
                        .exec(checkout())
                        .injectOpen(
                                rampUsersPerSec(night).to(peak).during(quarter),
                                constantUsersPerSec(peak).during(quarter.multipliedBy(2)),
                                rampUsersPerSec(peak).to(night).during(quarter)))
                .protocols(protocol())
                .assertions(global().failedRequests().percent().lte(load.allowedFailures()));
    }

    @Override
    void prepare() {
        sell(sku, PLENTY, ",\"limits\":{\"per_account_daily\":5}");
        makeCards();
    }

    private ChainBuilder checkout() {
        ChainBuilder again = exec(redeem("replay", sku, "1")
                .check(
                        status().is(201),
                        header("Idempotency-Replayed").is("true"),
                        bodyString().is(session -> session.getString("answer"))));
        return exec(redeem("redeem", sku, "1")
                        .check(status().is(201), bodyString().saveAs("answer")))
                .doIf(session -> session.contains("answer"))
                .then(randomSwitch().on(percent(load.replays()).then(again)));
    }
}
