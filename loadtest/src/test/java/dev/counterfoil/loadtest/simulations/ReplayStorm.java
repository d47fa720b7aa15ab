package dev.counterfoil.loadtest.simulations;

import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;

/**
 * A network that loses answers: every checkout is sent by three users at about the same time under one key, and by each of them
 * {@code -Dreplays} (10) times more. All get 201 with the same bytes, and each checkout charges once.
 */
public class ReplayStorm extends AuditedSimulation {
    private static final int SENDERS = 3;

    private final String sku = run + "-storm";
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final AtomicLong others = new AtomicLong();

    {
        setUp(scenario("replay storm")
                        .feed(threeTimes(checkouts()))
                        .exec(storm())
                        .injectClosed(constantConcurrentUsers(load.users(33)).during(load.duration(30))))
                .protocols(protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    void prepare() {
        sell(sku, PLENTY, "");
        makeCards();
    }

    private ChainBuilder storm() {
        ChainBuilder once = exec(redeem("redeem", sku, "1")
                        .check(status().is(201), bodyString().saveAs("answer")))
                .exec(session -> {
                    String answer = String.valueOf(session.getString("answer"));
                    String first = answers.putIfAbsent(String.valueOf(session.getString("n")), answer);
                    if (first != null && !first.equals(answer)) {
                        others.incrementAndGet();
                    }
                    return session.remove("answer");
                });
        return exec(repeat(1 + load.replays()).on(once));
    }

    private static Iterator<Map<String, Object>> threeTimes(Iterator<Map<String, Object>> each) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(each, Spliterator.ORDERED), false)
                .flatMap(one -> Collections.nCopies(SENDERS, one).stream())
                .iterator();
    }

    @Override
    void judge() {
        requireExactly("answers that were others than the first", 0, others.get());
        requireExactly("units that left the stock", answers.size(), PLENTY + 1 - issuer.stock(sku, 1));
    }
}
