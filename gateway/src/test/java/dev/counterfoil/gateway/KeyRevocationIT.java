package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A key that is revoked on one gateway is refused by the other a second later, under load, and whether or not PostgreSQL is there. */
class KeyRevocationIT {
    private static final String PROGRAM = "/v1/programs/" + TwoGateways.PROGRAM;

    /** Requests under way at once. */
    private static final int LOAD = 16;

    private static TwoGateways gateways;
    private static String admin;

    @BeforeAll
    static void start() {
        // What is refused under load comes from one address, and would soon be 429 rather than 401.
        gateways = new TwoGateways(Map.of("COUNTERFOIL_LIMITS_ADDRESS_RATE", "1000000/1m"));
        admin = key("admin");
    }

    @AfterAll
    static void stop() {
        gateways.close();
    }

    @Test
    void a_key_revoked_over_http_is_refused_by_the_other_gateway_within_a_second() {
        String key = key("read");
        accepted(key);
        long revokedAt = revokedUnderLoad(key, () -> {
            Answer revoked = gateways.send(
                            0,
                            "POST",
                            "/v1/keys/" + id(key) + "/revoke",
                            admin,
                            new JsonObject(),
                            "Counterfoil-Reason",
                            "%E8%A2%AB%E7%9B%97")
                    .join();
            assertThat(revoked.status()).as(revoked.text()).isEqualTo(200);
        });
        assertThat(revokedAt).isPositive();
        Answer audit = gateways.send(0, "GET", "/v1/audit?act=key.revoke&object=key:" + id(key), admin, null)
                .join();
        JsonObject row = audit.json().getJsonArray("data").getJsonObject(0);
        assertThat(row.getString("actor")).isEqualTo("key:" + id(admin));
        assertThat(row.getString("reason")).isEqualTo("被盗");
        assertThat(row.getJsonObject("before").containsKey("revoked_at")).isFalse();
        assertThat(row.getJsonObject("after").containsKey("revoked_at")).isTrue();
    }

    @Test
    void a_key_revoked_while_postgresql_is_stopped_is_refused_as_soon_and_written_down_later() throws Exception {
        String byCommand = key("read");
        String byHttp = key("read");
        accepted(byCommand);
        accepted(byHttp);
        Servers.postgresql().kill();
        try {
            long revokedAt = revokedUnderLoad(
                    byCommand,
                    () -> assertThat(gateways.command("keys", "revoke", id(byCommand), "--reason", "stolen")
                                    .out())
                            .contains("revoked"));
            assertThat(revokedAt).isPositive();
            Answer revoked = gateways.send(0, "POST", "/v1/keys/" + id(byHttp) + "/revoke", admin, null)
                    .join();
            assertThat(revoked.status()).as(revoked.text()).isEqualTo(200);
            assertThat(revoked.json().containsKey("revoked_at")).isTrue();
        } finally {
            Servers.postgresql().restart();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> revocationsOf(byCommand) == 1 && revocationsOf(byHttp) == 1);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> TwoGateways.redis("HLEN counterfoil:keys:revoked").equals(":0"));
        assertThat(status(1, byCommand)).isEqualTo(401);
        JsonObject row = gateways.send(0, "GET", "/v1/audit?act=key.revoke&object=key:" + id(byCommand), admin, null)
                .join()
                .json()
                .getJsonArray("data")
                .getJsonObject(0);
        assertThat(row.getString("actor")).startsWith("cli:");
        assertThat(row.getString("reason")).isEqualTo("stolen");
    }

    /**
     * Asks the second gateway all the time, revokes, and goes on for a second and a half: what is sent a second after the
     * revocation was answered has to be refused. Returns for how long a request was still let in after it, in ms, at least 1.
     */
    private static long revokedUnderLoad(String key, Runnable revocation) {
        List<CompletableFuture<Void>> load = new ArrayList<>();
        List<long[]> letIn = new ArrayList<>();
        long[] revoked = {Long.MAX_VALUE};
        for (int i = 0; i < LOAD; i++) {
            load.add(CompletableFuture.runAsync(() -> {
                while (System.nanoTime() < end(revoked)) {
                    long sent = System.nanoTime();
                    if (status(1, key) == 200) {
                        synchronized (letIn) {
                            letIn.add(new long[] {sent});
                        }
                    }
                }
            }));
        }
        revocation.run();
        long answered = System.nanoTime();
        synchronized (revoked) {
            revoked[0] = answered;
        }
        load.forEach(CompletableFuture::join);
        long last = letIn.stream().mapToLong(sent -> sent[0] - answered).max().orElse(0);
        System.out.printf(
                Locale.ROOT,
                "a revoked key was let in until %d ms after the answer, under load; %d requests were%n",
                TimeUnit.NANOSECONDS.toMillis(last),
                letIn.size());
        assertThat(letIn).isNotEmpty();
        assertThat(last).isLessThan(Duration.ofSeconds(1).toNanos());
        assertThat(status(1, key)).isEqualTo(401);
        assertThat(status(0, key)).isEqualTo(401);
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(last));
    }

    private static long end(long[] revoked) {
        synchronized (revoked) {
            return revoked[0] == Long.MAX_VALUE
                    ? Long.MAX_VALUE
                    : revoked[0] + Duration.ofMillis(1_500).toNanos();
        }
    }

    private static void accepted(String key) {
        await().atMost(Duration.ofSeconds(10)).until(() -> status(0, key) == 200 && status(1, key) == 200);
    }

    private static int status(int gateway, String key) {
        return gateways.send(gateway, "GET", PROGRAM, key, null).join().status();
    }

    private static int revocationsOf(String key) {
        Answer audit = gateways.send(0, "GET", "/v1/audit?act=key.revoke&object=key:" + id(key), admin, null)
                .join();
        return audit.status() == 200 ? audit.json().getJsonArray("data").size() : -1;
    }

    private static String key(String scopes) {
        return gateways.command("keys", "create", "--issuer", "acme", "--client", "till", "--scopes", scopes)
                .lines()
                .get(0);
    }

    private static String id(String key) {
        return key.split("_")[2];
    }
}
