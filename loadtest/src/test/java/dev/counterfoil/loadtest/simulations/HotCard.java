package dev.counterfoil.loadtest.simulations;

import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.status;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One card for everybody: {@code -Dusers} (64) pay with it at once until long after it is empty. It pays {@code -Dunits} (5,000)
 * times one fen, not once more, and every other answer says {@code insufficient_balance}.
 */
public class HotCard extends AuditedSimulation {
    private final String sku = run + "-hot";
    private final AtomicLong paid = new AtomicLong();

    {
        setUp(scenario("hot card")
                        .feed(checkouts())
                        .exec(redeem("redeem", sku, "1")
                                .check(
                                        status().in(201, 409).saveAs("status"),
                                        jsonPath("$.code").optional().saveAs("code")))
                        .exec(session -> {
                            int status = session.contains("status") ? session.getInt("status") : 0;
                            String code = session.contains("code") ? String.valueOf(session.getString("code")) : "";
                            if (status == 201) {
                                paid.incrementAndGet();
                            } else if (!code.equals("insufficient_balance")) {
                                System.out.println("refused otherwise: " + status + " " + code);
                                return session.markAsFailed();
                            }
                            return session;
                        })
                        .injectClosed(constantConcurrentUsers(load.users(64)).during(load.duration(30))))
                .protocols(protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    void prepare() {
        sell(sku, PLENTY, "");
        String type = run + "-card";
        issuer.putCardType(type, "{\"name\":\"Hot\",\"asset\":\"CNY\",\"face_value\":" + load.units(5_000) + "}");
        secrets.addAll(issuer.makeCards(type, 1));
    }

    @Override
    void judge() {
        requireExactly("times that the card paid", load.units(5_000), paid.get());
    }
}
