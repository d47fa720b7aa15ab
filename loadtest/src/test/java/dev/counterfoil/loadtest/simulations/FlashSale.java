package dev.counterfoil.loadtest.simulations;

import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A sale that opens at an instant: {@code -Dusers} (2,000) come before it, ask again until it is open and then until they have one
 * or it is sold out. {@code -Dunits} (100) are there, and exactly as many are sold, to as many users.
 */
public class FlashSale extends AuditedSimulation {
    private static final Duration EARLY = Duration.ofSeconds(10);
    private static final int MOST_ATTEMPTS = 60;

    private final String sku = run + "-flash";
    private final AtomicLong sold = new AtomicLong();
    private final AtomicLong early = new AtomicLong();

    {
        setUp(scenario("flash sale")
                        .feed(checkouts())
                        .exec(untilItIsOver())
                        .injectOpen(rampUsers(load.users(2_000)).during(EARLY.multipliedBy(2))))
                .protocols(protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    void prepare() {
        makeCards();
        Instant opens = Instant.now().plus(EARLY);
        sell(sku, load.units(100), ",\"sale\":{\"opens_at\":\"" + opens + "\"}");
        System.out.println("the sale opens at " + opens);
    }

    /** One key for all attempts: that the sale is not open yet is no answer that stays. */
    private ChainBuilder untilItIsOver() {
        return exec(session -> session.set("over", false).set("attempts", 0))
                .asLongAs(session -> !session.getBoolean("over") && session.getInt("attempts") < MOST_ATTEMPTS)
                .on(exec(redeem("redeem", sku, "1")
                                .check(
                                        status().in(201, 409).saveAs("status"),
                                        jsonPath("$.code").optional().saveAs("code")))
                        .exec(session -> {
                            String code = session.contains("code") ? String.valueOf(session.getString("code")) : "";
                            boolean open = !code.equals("sale_not_open");
                            if (session.contains("status") && session.getInt("status") == 201) {
                                sold.incrementAndGet();
                            } else if (!open) {
                                early.incrementAndGet();
                            }
                            return session.set("over", open)
                                    .set("attempts", session.getInt("attempts") + 1)
                                    .remove("code");
                        })
                        .doIf(session -> !session.getBoolean("over"))
                        .then(pause(Duration.ofMillis(500))));
    }

    @Override
    void judge() {
        System.out.println("asked before it was open: " + early);
        requireExactly("units sold", Math.min(load.users(2_000), load.units(100)), sold.get());
    }
}
