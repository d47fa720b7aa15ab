package dev.counterfoil.loadtest.simulations;

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
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;

/**
 * A sale: most checkouts redeem a card once and some of those are sent again; some go past a limit per account; some rush
 * for an item that sells out. Makes its own cards and items. Afterwards the auditor reads the books, and its verdict fails
 * the run whatever the answers looked like.
 */
public class RedeemSimulation extends AuditedSimulation {
    private final String plain = run + "-plain";
    private final String capped = run + "-capped";
    private final String rushed = run + "-rushed";

    {
        PopulationBuilder population = load.rate(0) > 0
                ? sale().injectOpen(constantUsersPerSec(load.rate(0)).during(load.duration(30)))
                : sale().injectClosed(constantConcurrentUsers(load.users(32)).during(load.duration(30)));
        setUp(population).protocols(protocol()).assertions(assertions());
    }

    @Override
    void prepare() {
        sell(plain, PLENTY, "");
        sell(capped, PLENTY, ",\"limits\":{\"per_account_daily\":2}");
        sell(rushed, load.units(500), "");
        makeCards();
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

    private Assertion[] assertions() {
        return new Assertion[] {
            global().failedRequests().percent().lte(load.allowedFailures()),
            details("redeem").successfulRequests().count().gt(0L),
        };
    }
}
