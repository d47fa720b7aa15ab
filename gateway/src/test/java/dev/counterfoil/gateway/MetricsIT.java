package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.http.Exposition;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsIT {
    @Test
    void every_stage_is_measured_and_prometheus_has_nothing_to_complain_of(@TempDir Path folder) throws Exception {
        try (RunningGateway gateway = RunningGateway.in(folder.resolve("data"))) {
            JsonObject order = new JsonObject()
                    .put("secret", gateway.env("CF_CARD_SECRET"))
                    .put("item", "crab-8")
                    .put("account", "u");
            assertThat(gateway.redeem("one", order).status()).isEqualTo(201);
            assertThat(gateway.redeem("two", order.copy().put("item", "nothing"))
                            .status())
                    .isEqualTo(404);

            String text = gateway.get("/metrics", "CF_SECRET_KEY").text();
            Exposition metrics = new Exposition(text);

            assertThat(metrics.faults()).isEmpty();
            assertThat(metrics.families())
                    .contains(
                            "counterfoil_http_requests_seconds",
                            "counterfoil_http_problems_total",
                            "counterfoil_http_stage_seconds",
                            "counterfoil_ledger_post_seconds",
                            "counterfoil_ledger_queue_wait_seconds",
                            "counterfoil_ledger_redis_call_seconds",
                            "counterfoil_ledger_batch_size",
                            "counterfoil_ledger_outcomes_total",
                            "counterfoil_settlement_lag_seconds",
                            "counterfoil_settlement_backlog",
                            "process_cpu_seconds_total");
            assertThat(text)
                    .containsPattern("counterfoil_http_stage_seconds_count\\{stage=\"auth\"} [1-9]")
                    .containsPattern("counterfoil_http_stage_seconds_count\\{stage=\"admission\"} [1-9]")
                    .containsPattern("counterfoil_http_stage_seconds_count\\{stage=\"body\"} [1-9]")
                    .containsPattern("counterfoil_ledger_queue_wait_seconds_count [1-9]")
                    .containsPattern("counterfoil_ledger_redis_call_seconds_count [1-9]");
            assertThat(metrics.samples()).contains("counterfoil_http_problems_total{code=\"not_found\"}");
        }
    }
}
