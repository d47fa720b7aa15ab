package dev.counterfoil.ledger.settlement;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the books tell of redemptions while they lack something that was accepted. */
class BooksWithDeadLettersIT {
    private SettlementBench bench;
    private Cell cell;
    private HandWrittenJournal journal;
    private SettleOnce settle;
    private SettledBooks books;

    @BeforeEach
    void open() {
        bench = new SettlementBench();
        cell = bench.program("demo");
        journal = new HandWrittenJournal(bench.redis, cell);
        settle = new SettleOnce(bench.database, bench.redis, SettlementBench.quick());
        books = new SettledBooks(bench.database);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void what_became_of_a_redemption_is_not_told_while_a_dead_letter_follows_it() {
        journal.issue(1, 1_000); // 1
        held(100); // 2
        held(200); // 3
        sold(50); // 4
        bench.database
                .jdbi()
                .useHandle(h -> h.execute("alter table transactions add constraint refused check (seq not in (5, 6))"));
        follow("capture", 2, "c:0", 100, 0); // 5
        follow("reversal", 4, "", 50, 50); // 6
        journal.flush();
        assertThat(settle.drain().get(0).deadLetters()).isEqualTo(2);
        assertThat(await(books.became(cell, 3))).contains(Became.HELD);
        assertUnknown(2);
        assertUnknown(4);

        bench.database.jdbi().useHandle(h -> h.execute("alter table transactions drop constraint refused"));
        assertThat(settle.retryDeadLetters().get(0).problem()).isEmpty();
        assertThat(await(books.became(cell, 2)).orElseThrow().wasCaptured()).isTrue();
        assertThat(await(books.became(cell, 4)).orElseThrow().returned()).containsEntry("a:CNY", 50L);
    }

    @Test
    void what_cannot_be_read_may_follow_everything_before_it() {
        journal.issue(1, 1_000); // 1
        held(100); // 2
        journal.flush();
        journal.skipTo(4);
        journal.raw("{\"type\":\"capture\",\"legs\"", "{}"); // 3
        journal.flushAs(3);
        held(200); // 4
        journal.flush();
        assertThat(settle.drain().get(0).deadLetters()).isEqualTo(1);
        assertUnknown(2);
        assertThat(await(books.became(cell, 4))).contains(Became.HELD);
    }

    private void assertUnknown(long sequence) {
        assertThatThrownBy(() -> await(books.became(cell, sequence)))
                .isInstanceOf(LedgerFault.Unavailable.class)
                .hasMessageContaining("may follow transaction " + sequence);
    }

    /** A redemption by the card, held. */
    private void held(long amount) {
        redemption(amount, List.of("card", -1, "+"), List.of("hold", 60_000));
    }

    private void sold(long amount) {
        redemption(amount, List.of("card", -1));
    }

    @SafeVarargs
    private void redemption(long amount, List<Object>... legs) {
        JsonArray moved = new JsonArray(
                List.of(HandWrittenJournal.card(1), HandWrittenJournal.api(1), "1001", "gift:CNY", amount, 1_000, "a"));
        journal.add(
                "redemption",
                new JsonObject(),
                List.of(legs).stream().map(JsonArray::new).toList(),
                legs.length == 1 ? List.of(moved) : List.of(moved, new JsonArray()));
    }

    /** What follows a redemption of {@code whole}: what it was given back in all is {@code returned}. */
    private void follow(String type, long sequence, String state, long whole, long returned) {
        journal.add(
                type,
                new JsonObject(),
                List.of(new JsonArray(List.of("follow", sequence, "", state, 0, "a:CNY", returned, whole))),
                List.of(new JsonArray().add(returned)));
    }
}
