package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.ledger.Cell;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A journal that a later version wrote waits for a settler that knows it: what its legs move, this one cannot tell. */
class NewerJournalIT {
    private SettlementBench bench;
    private Cell cell;
    private HandWrittenJournal journal;

    @BeforeEach
    void open() {
        bench = new SettlementBench();
        cell = bench.program("demo");
        journal = new HandWrittenJournal(bench.redis, cell);
        journal.issue(1, 1_000); // 1
        journal.stock("crab", 10); // 2
        journal.flush();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @ParameterizedTest
    @CsvSource({
        "redemption, voucher, the leg voucher",
        "transfer, stock, a stock leg in a transaction of type transfer",
    })
    void what_this_version_does_not_know_stops_the_cell_and_is_no_dead_letter(String type, String leg, String unknown) {
        JsonArray moved = new JsonArray().add(leg).add("crab").add(-1);
        journal.add(type, new JsonObject(), List.of(moved), List.of(new JsonArray().add(9))); // 3
        journal.flush();
        journal.debit(1, 10, "r"); // 4
        journal.flush();
        try (Settler settler = bench.settler(SettlementBench.quick())) {
            settler.markDirty(cell);
            await().untilAsserted(() -> assertThat(settler.stopped()).containsOnlyKeys(cell));
            assertThat(settler.stopped().get(cell))
                    .contains("sequence 3: this version does not know " + unknown)
                    .contains("expected: a settler of the version that journaled it");
        }
        assertThat(bench.number("select count(*) from dead_letter")).isZero();
        assertThat(bench.settled(cell)).isLessThan(3);
        assertThat(drain().problem()).contains("this version does not know");
    }

    /** What its other legs move, nobody here can tell, so what follows could depend on it unnoticed. */
    @Test
    void what_this_version_does_not_know_stops_the_cell_also_where_it_depends_on_a_dead_letter() {
        bench.database
                .jdbi()
                .useHandle(h -> h.execute("alter table transactions add constraint refused check (seq <> 3)"));
        journal.debit(1, 10, "r"); // 3
        JsonArray card = new JsonArray().add("card").add(-1);
        JsonArray taken = new JsonArray(
                List.of(HandWrittenJournal.card(1), HandWrittenJournal.api(1), "n", "gift:CNY", 10, 980, "a"));
        JsonArray voucher = new JsonArray().add("voucher").add("crab").add(-1);
        journal.add(
                "redemption", new JsonObject(), List.of(card, voucher), List.of(taken, new JsonArray().add(9))); // 4
        journal.flush();
        assertThat(drain().problem()).contains("sequence 4: this version does not know the leg voucher");
        assertThat(bench.number("select count(*) from dead_letter")).isZero();
        assertThat(bench.settled(cell)).isLessThan(3);
    }

    /** Also where an older version, which knew no better, had left it out. */
    @Test
    void a_dead_letter_that_this_version_does_not_know_stays_one_and_is_reported() {
        bench.database
                .jdbi()
                .useHandle(h -> h.execute("alter table transactions add constraint refused check (seq <> 3)"));
        journal.debit(1, 10, "r"); // 3
        journal.flush();
        assertThat(drain().deadLetters()).isEqualTo(1);
        bench.database.jdbi().useHandle(h -> {
            h.execute("alter table transactions drop constraint refused");
            h.execute("update dead_letter set data = convert_to("
                    + "replace(convert_from(data, 'UTF8'), '\"card\"', '\"voucher\"'), 'UTF8')");
        });
        SettleOnce.Done retried = settle().retryDeadLetters().get(0);
        assertThat(retried.problem()).contains("this version does not know the leg voucher");
        assertThat(retried.deadLetters()).isEqualTo(1);
    }

    private SettleOnce.Done drain() {
        return settle().drain().get(0);
    }

    private SettleOnce settle() {
        return new SettleOnce(bench.database, bench.redis, SettlementBench.quick());
    }
}
