package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.gateway.RunningGateway.Answer;
import dev.counterfoil.ledger.TransactionId;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Redis is emptied while two gateways sell; the books open the program again, and both go on. */
class RebuildOverHttpIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private TwoGateways gateways;
    private List<String> cards;

    private void open(Map<String, String> settings) {
        gateways = new TwoGateways(settings);
        gateways.item(
                "tea", new JsonObject().put("CNY", 1), 100_000, new JsonObject().put("per_account_daily", 50_000));
        cards = gateways.cards(20);
    }

    @AfterEach
    void close() {
        gateways.close();
    }

    private CompletableFuture<Answer> redeem(int n) {
        JsonObject body = new JsonObject()
                .put("secret", cards.get(n % 20))
                .put("item", "tea")
                .put("account", "u_" + n % 7);
        return gateways.redeem(n % 2, "sale-" + n, body);
    }

    /** Sells on, many at a time; by number, what was answered. */
    private TreeMap<Integer, Answer> sell(int from, int to) {
        TreeMap<Integer, CompletableFuture<Answer>> sent = new TreeMap<>();
        for (int n = from; n < to; n++) {
            sent.put(n, redeem(n));
        }
        TreeMap<Integer, Answer> answers = new TreeMap<>();
        sent.forEach((n, answer) -> answers.put(n, answer.join()));
        return answers;
    }

    @Test
    void flushed_in_the_middle_of_a_sale_it_is_rebuilt_by_a_command_and_old_keys_replay() {
        open(Map.of());
        Map<Integer, Answer> answers = sell(0, 300);
        List<CompletableFuture<Answer>> meanwhile = new ArrayList<>();
        for (int n = 300; n < 600; n++) {
            meanwhile.add(redeem(n));
        }
        TwoGateways.redis("FLUSHALL");
        for (int n = 300; n < 600; n++) {
            answers.put(n, meanwhile.get(n - 300).join());
        }
        sell(600, 610).forEach((n, answer) -> {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("ledger_cold");
        });

        CommandLineRun run = gateways.command("rebuild", "--json");
        JsonObject rebuilt = new JsonObject(run.out());
        assertThat(rebuilt.getString("cell")).isEqualTo("twin.0");
        assertThat(rebuilt.getLong("epoch")).isEqualTo(2);
        long kept = rebuilt.getLong("sequence");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(sell(1_000, 1_002).values())
                        .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(201)));
        long lost = 0;
        long last = kept;
        for (Map.Entry<Integer, Answer> one : answers.entrySet()) {
            Answer first = one.getValue();
            if (first.status() == 201) {
                long sequence = TransactionId.parse(first.json().getString("id"))
                        .orElseThrow()
                        .sequence();
                Answer again = redeem(one.getKey()).join();
                assertThat(again.status()).as(again.text()).isEqualTo(201);
                assertThat(again.replayed()).isEqualTo(sequence <= kept);
                if (sequence <= kept) {
                    assertThat(again.text()).isEqualTo(first.text());
                }
                lost += sequence > kept ? 1 : 0;
                last = Math.max(last, sequence);
            } else {
                assertThat(first.code()).isIn("ledger_cold", "ledger_unavailable", "outcome_unknown");
            }
        }
        assertThat(rebuilt.getLong("lost")).isEqualTo(lost).isEqualTo(last - kept);
        gateways.reconcile();

        assertThat(gateways.command("rebuild").out().strip()).isEqualTo("no cell is cold");
        CommandLineRun open = gateways.run("rebuild", "--program", "twin");
        assertThat(open.status()).isEqualTo(1);
        assertThat(open.err()).contains("cell twin.0 is open");
        CommandLineRun forced = gateways.command("rebuild", "--program", "twin", "--cell", "0", "--force");
        assertThat(forced.out()).contains("twin.0: open in epoch 3").doesNotContain("LOST");
        gateways.reconcile();
        assertWrongUses();
    }

    private void assertWrongUses() {
        assertWrong("--force without --program (expected: the program that is meant)", "rebuild", "--force");
        assertWrong("program: nobody (expected: one that exists)", "rebuild", "--program", "nobody");
        assertWrong("program: twin, cell 7 (expected: one that exists)", "rebuild", "--program", "twin", "--cell", "7");
    }

    private void assertWrong(String message, String... args) {
        CommandLineRun run = gateways.run(args);
        assertThat(run.err()).isEqualToIgnoringNewLines("counterfoil: " + message + " (see --help)");
        assertThat(run.status()).isEqualTo(2);
    }

    @Test
    void with_the_setting_auto_one_of_the_gateways_rebuilds_what_it_saw_open() {
        open(Map.of("COUNTERFOIL_LEDGER_REBUILD", "auto"));
        assertThat(sell(0, 20).values())
                .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(201));
        // Both have looked at it once.
        await().atMost(PATIENCE).until(() -> looked() == 2);
        TwoGateways.redis("FLUSHALL");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(sell(100, 102).values())
                        .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(201)));
        gateways.reconcile();
        assertThat(gateways.metrics(0) + gateways.metrics(1)).containsOnlyOnce("counterfoil_rebuilds_total 1.0");
    }

    private long looked() {
        return List.of(0, 1).stream()
                .filter(gateway -> gateways.metrics(gateway).contains("counterfoil_rebuild_cells_watched 1.0"))
                .count();
    }
}
