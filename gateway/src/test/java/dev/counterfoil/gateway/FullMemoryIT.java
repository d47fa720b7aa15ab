package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.testing.RedisWire;
import dev.counterfoil.ledger.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that is nearly full, and then has room again. */
class FullMemoryIT {
    /** So much that what the gateway itself writes meanwhile is little beside it. */
    private static final String FILLER = "counterfoil:filler";

    private static final int FILLER_BYTES = 64 << 20;

    @TempDir
    private static Path data;

    @AfterEach
    void makeRoom() {
        TwoGateways.redis("CONFIG SET maxmemory 0");
        TwoGateways.redis("DEL " + FILLER);
    }

    private static Answer change(RunningGateway gateway, String kind, Answer paid) {
        return gateway.post(
                "/v1/programs/demo/cards/" + kind,
                "CF_ISSUER_KEY",
                RunningGateway.key(),
                new JsonObject()
                        .put("number", paid.json().getJsonObject("card").getString("number"))
                        .put("reason", "stolen"));
    }

    private static long usedBytes() throws IOException {
        try (RedisWire redis = RedisWire.to(Servers.redisUri())) {
            return Long.parseLong(redis.text("INFO memory").replaceAll("(?s).*used_memory:(\\d+).*", "$1"));
        }
    }

    @Test
    void nothing_new_is_begun_what_was_answered_is_answered_again_and_what_is_held_can_be_ended() throws IOException {
        try (RunningGateway gateway = RunningGateway.onSharedServers(data)) {
            String secret = gateway.cards("gift-1000", 1).get(0);
            JsonObject order = new JsonObject()
                    .put("secret", secret)
                    .put("amount", new JsonObject().put("value", 100).put("asset", "CNY"));
            String key = RunningGateway.key();
            Answer first = gateway.redeem(key, order);
            assertThat(first.status()).isEqualTo(201);
            Answer held = gateway.redeem(
                    RunningGateway.key(), order.copy().put("hold", new JsonObject().put("seconds", 600)));
            assertThat(held.json().getString("status")).isEqualTo("held");

            TwoGateways.redis("SETRANGE " + FILLER + " " + FILLER_BYTES + " x");
            TwoGateways.redis("CONFIG SET maxmemory " + usedBytes() / 9 * 10);
            await().until(() -> gateway.redeem(RunningGateway.key(), order).status() == 503);

            String later = RunningGateway.key();
            Answer refused = gateway.redeem(later, order);
            assertThat(refused.code()).isEqualTo("overloaded");
            assertThat(refused.json().getBoolean("retryable")).isTrue();
            assertThat(refused.header("Retry-After")).isNotEmpty();
            Answer replay = gateway.redeem(key, order);
            assertThat(replay.replayed()).isTrue();
            assertThat(replay.text()).isEqualTo(first.text());
            assertThat(gateway.send(
                                    "POST",
                                    "/v1/programs/demo/cards/lookup",
                                    "CF_SECRET_KEY",
                                    new JsonObject().put("secret", secret))
                            .status())
                    .isEqualTo(200);
            Answer captured = gateway.post(
                    "/v1/programs/demo/redemptions/" + held.json().getString("id") + "/capture",
                    "CF_SECRET_KEY",
                    RunningGateway.key(),
                    new JsonObject());
            assertThat(captured.status()).as(captured.text()).isEqualTo(200);
            assertThat(change(gateway, "freeze", first).status())
                    .as("a stolen card")
                    .isEqualTo(200);
            assertThat(change(gateway, "unfreeze", first).status()).isEqualTo(200);

            makeRoom();
            await().until(() -> gateway.redeem(later, order).status() == 201);
        }
    }
}
