package dev.counterfoil.loadtest.simulations;

import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.status;

/**
 * The minutes after a sale: {@code -Dusers} (64) go on asking for what is sold out, and a few buy something else. The many get
 * {@code insufficient_stock}, every one of them; the few get what they pay for.
 */
public class SoldOut extends AuditedSimulation {
    private final String gone = run + "-gone";
    private final String left = run + "-left";

    {
        setUp(
                        scenario("too late")
                                .feed(checkouts())
                                .exec(redeem("too late", gone, "1").check(status().is(409), code("insufficient_stock")))
                                .injectClosed(
                                        constantConcurrentUsers(load.users(64)).during(load.duration(30))),
                        scenario("something else")
                                .feed(checkouts())
                                .exec(redeem("something else", left, "2").check(status().is(201)))
                                .injectClosed(constantConcurrentUsers(4).during(load.duration(30))))
                .protocols(protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    void prepare() {
        sell(gone, 0, "");
        sell(left, PLENTY, "");
        makeCards();
    }
}
