package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.gateway.logs.Logs;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway whose journal nobody settles, until somebody does. */
class FullJournalIT {
    private static final String STOCK = "/v1/programs/demo/items/crab-8/stock";

    @TempDir
    private static Path data;

    @Test
    void past_its_bound_posts_are_503_and_replays_are_answered_until_a_settler_that_shows_its_numbers_comes()
            throws Exception {
        Map<String, String> settings = Map.of(
                "COUNTERFOIL_SETTLEMENT_ENABLED", "false",
                "COUNTERFOIL_LEDGER_JOURNAL_LIMIT", "1000",
                "COUNTERFOIL_LEDGER_JOURNAL_KEEP", "0");
        try (RunningGateway gateway = RunningGateway.onSharedServers(data, settings)) {
            Answer first = stock(gateway, "k1");
            assertThat(first.status()).isEqualTo(201);
            int posted = 1;
            Answer full = first;
            while (full.status() == 201 && posted < 2_000) {
                full = stock(gateway, "k" + ++posted);
            }
            assertThat(posted).isLessThanOrEqualTo(1_001);
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.code()).isEqualTo("overloaded");
            assertThat(full.json().getBoolean("retryable")).isTrue();
            assertThat(full.header("Retry-After")).isNotEmpty();
            Answer replay = stock(gateway, "k1");
            assertThat(replay.replayed()).isTrue();
            assertThat(replay.text()).isEqualTo(first.text());
            String key = "k" + posted;

            int port = freePort();
            CompletableFuture<CommandLineRun> ended = new CompletableFuture<>();
            Thread settling = new Thread(() -> ended.complete(settle(gateway, port)));
            settling.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                assertThat(ended).as("the settler goes on").isNotDone();
                return stock(gateway, key).status() == 201;
            });
            await().untilAsserted(() -> assertThat(metrics(port))
                    .contains("counterfoil_settlement_lag_seconds", "counterfoil_settlement_stopped_cells 0.0"));
            settling.interrupt();
            assertThat(ended.get().status()).isZero();
        } finally {
            Logs.warningsToStandardError();
        }
    }

    private static CommandLineRun settle(RunningGateway gateway, int port) {
        Map<String, String> environment = gateway.environment();
        environment.put("COUNTERFOIL_LOGS_LEVEL", "error");
        environment.put("COUNTERFOIL_LOGS_ACCESS", "false");
        return CommandLineRun.of(environment, "settle", "--metrics-port", Integer.toString(port));
    }

    private static Answer stock(RunningGateway gateway, String key) {
        return gateway.post(STOCK, "CF_ISSUER_KEY", key, new JsonObject().put("delta", 1));
    }

    private static String metrics(int port) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }
}
