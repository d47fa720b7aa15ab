package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.testing.CuttableWire;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that is gone, or that swallows everything: who pays for it with waiting, and how many may. */
class BlackHoleIT {
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(3);
    private static final int IN_FLIGHT = 12;

    @TempDir
    private static Path data;

    private static CuttableWire toRedis;
    private static RunningGateway gateway;
    private static String secret = "";
    private static int keys;

    @BeforeAll
    static void start() {
        Servers.flushRedis();
        Map<String, String> settings = new HashMap<>();
        toRedis = CuttableWire.to(Servers.redisUri());
        settings.put("COUNTERFOIL_REDIS_URI", toRedis.through(Servers.redisUri()));
        settings.put("COUNTERFOIL_POSTGRES_URI", Servers.freshDatabase());
        settings.put("COUNTERFOIL_PEPPER", Pepper.generate(new SecureRandom()));
        settings.put("COUNTERFOIL_CODE_KEYS", "k1:" + Pepper.generate(new SecureRandom()));
        settings.put("COUNTERFOIL_REDIS_COMMAND_TIMEOUT", COMMAND_TIMEOUT.toSeconds() + "s");
        settings.put("COUNTERFOIL_HTTP_BOUNDS_IN_FLIGHT", Integer.toString(IN_FLIGHT));
        settings.put("COUNTERFOIL_DEMO", "true");
        gateway = RunningGateway.in(data, settings);
        gateway.item("pen", 1, 100_000, new JsonObject());
        secret = gateway.cards("gift-1000", 1).get(0);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        toRedis.close();
    }

    @Test
    void only_the_first_waits_for_a_redis_that_swallows_everything_and_nobody_for_one_that_is_gone() {
        for (Runnable fault : List.<Runnable>of(toRedis::silence, toRedis::cut)) {
            fault.run();
            assertThat(redeem(++keys).join().code()).isIn("outcome_unknown", "ledger_unavailable");
            long began = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                assertThat(redeem(++keys).join().code()).isEqualTo("ledger_unavailable");
                assertThat(lookUp().code()).isEqualTo("ledger_unavailable");
            }
            // Twenty of them, in less than one of them may wait.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(COMMAND_TIMEOUT);
            assertThat(gateway.get("/health/ready", "CF_SECRET_KEY").status()).isEqualTo(503);
            toRedis.mend();
            assertThatItRecovers();
        }
    }

    @Test
    void while_the_ledger_hangs_as_many_wait_as_may_and_the_others_are_refused_at_once() {
        assertThatItRecovers();
        int balance = balance();
        toRedis.silence();
        List<CompletableFuture<Answer>> waiting = new ArrayList<>();
        List<Integer> sent = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
            sent.add(++keys);
            waiting.add(redeem(keys));
        }
        await().until(() -> gateway.get("/metrics", "CF_SECRET_KEY")
                .text()
                .contains("counterfoil_http_in_flight " + (IN_FLIGHT + 1) + ".0"));
        for (int i = 0; i < 20; i++) {
            Answer refused = redeem(++keys).join();
            assertThat(refused.code()).isEqualTo("overloaded");
            assertThat(refused.header("Retry-After")).isEqualTo("1");
        }
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        toRedis.mend();
        for (CompletableFuture<Answer> each : waiting) {
            assertThat(each.join().status()).isIn(201, 503);
        }
        assertThatItRecovers();
        for (int key : sent) {
            assertThat(redeem(key).join().status()).isEqualTo(201);
        }
        // What was refused posted nothing, what waited posted once, and one more to see that it recovers.
        assertThat(balance()).isEqualTo(balance - sent.size() - 1);
    }

    private static void assertThatItRecovers() {
        int key = ++keys;
        await().atMost(Duration.ofSeconds(30)).until(() -> redeem(key).join().status() == 201);
    }

    private static CompletableFuture<Answer> redeem(int key) {
        return gateway.redeemAsync(
                "hole-" + key,
                new JsonObject().put("secret", secret).put("item", "pen").put("reference", "h" + key));
    }

    private static Answer lookUp() {
        return gateway.send(
                "POST", "/v1/programs/demo/cards/lookup", "CF_SECRET_KEY", new JsonObject().put("secret", secret));
    }

    private static int balance() {
        return lookUp().json().getInteger("balance");
    }
}
