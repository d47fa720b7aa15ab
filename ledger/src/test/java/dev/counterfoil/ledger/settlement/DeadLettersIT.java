package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.testing.Ledgers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL refuses is left out, with what depends on it and nothing else, and settled once the cause is mended. */
class DeadLettersIT {
    private static final String LETTERS =
            "select string_agg(seq || coalesce('<' || depends_on, ''), ' ' order by seq) from dead_letter";

    private SettlementBench bench;
    private Cell cell;
    private HandWrittenJournal journal;
    private Settler settler;

    @BeforeEach
    void open() {
        bench = new SettlementBench();
        cell = bench.program("demo");
        journal = new HandWrittenJournal(bench.redis, cell);
        settler = bench.settler(SettlementBench.quick());
    }

    @AfterEach
    void close() {
        settler.close();
        bench.close();
    }

    @Test
    void what_moves_the_same_card_or_item_joins_and_everything_else_is_settled() {
        List<String> skus = List.of("crab", "pen", "ink");
        bench.database
                .jdbi()
                .useHandle(
                        h -> h.execute(
                                "insert into item (program, sku, name, kind, prices, version)"
                                        + " values ('demo', 'pen', 'Pen', 'goods', '{}', 1), ('demo', 'ink', 'Ink', 'goods', '{}', 1)"));
        skus.forEach(sku -> journal.stock(sku, 100)); // 1..3
        for (int card = 1; card <= 4; card++) {
            journal.issue(card, 1_000); // 4..7
        }
        journal.flush();
        refusePoison();
        journal.redeem(1, 10, "crab", "u", "poison"); // 8
        journal.redeem(2, 10, "pen", "u", "r"); // 9
        journal.redeem(1, 10, "ink", "u", "r"); // 10 by its card
        journal.redeem(2, 10, "crab", "u", "r"); // 11 by its item
        journal.redeem(3, 10, "pen", "u", "r"); // 12
        journal.flush();
        settle();
        assertThat(letters()).isEqualTo("8 10<8 11<8");
        journal.redeem(3, 10, "ink", "u", "r"); // 13 by an item that a dependant moved
        journal.redeem(4, 10, "pen", "u", "r"); // 14
        journal.voidCard(2); // 15 by a card that a dependant moved
        journal.flush();
        settle();
        assertThat(letters()).isEqualTo("8 10<8 11<8 13<10 15<11");
        assertThat(bench.settled(cell)).isEqualTo(15);
        assertThat(bench.number("select count(*) from transactions")).isEqualTo(10);
        assertThat(bench.number("select balance from card where id = '" + HandWrittenJournal.card(4) + "'"))
                .isEqualTo(990);
        assertThat(bench.number("select units from item where sku = 'pen'")).isEqualTo(97);
        assertThat(bench.number("select units from item where sku = 'crab'")).isEqualTo(100);
        assertThat(settler.deadLetters()).isEqualTo(5);

        assertThat(retry().deadLetters()).as("while the cause is there").isEqualTo(5);
        assertThat(letters()).isEqualTo("8 10<8 11<8 13<10 15<11");
        accept();
        assertThat(retry()).isEqualTo(new SettleOnce.Done(cell, 5, 0, ""));
        assertThat(bench.number("select count(*) from transactions")).isEqualTo(15);
        assertThat(bench.number("select count(*) from dead_letter_object")).isZero();
        assertThat(bench.number("select units from item where sku = 'crab'")).isEqualTo(98);
        assertThat(bench.rows("select balance, state from card where id = '" + HandWrittenJournal.card(2) + "'"))
                .containsExactly(Map.of("balance", 0L, "state", "v"));
        assertThat(new SettleOnce(bench.database, bench.redis, SettlementBench.quick()).retryDeadLetters())
                .isEmpty();
    }

    @Test
    void a_text_that_is_not_the_journals_is_left_out_without_being_quoted_and_the_rest_goes_on() {
        journal.issue(1, 1000);
        journal.raw("{\"type\":\"redemption\",\"account\":\"u_secret", "{}");
        journal.flush();
        journal.skipTo(3);
        journal.issue(3, 1000);
        journal.flush();
        settle();
        assertThat(letters()).isEqualTo("2");
        assertThat(bench.rows("select reason, convert_from(data, 'UTF8') as data from dead_letter"))
                .containsExactly(Map.of(
                        "reason", "JournalFault: sequence 2: not the journal's JSON",
                        "data", "{\"type\":\"redemption\",\"account\":\"u_secret"));
        assertThat(bench.number("select count(*) from card")).isEqualTo(2);
    }

    @Test
    void a_card_that_the_books_do_not_know_is_left_out() {
        journal.add(
                "redemption",
                new JsonObject(),
                List.of(new JsonArray().add("card").add(-1)),
                List.of(new JsonArray()
                        .add(HandWrittenJournal.card(9))
                        .add("a")
                        .add("n")
                        .add("gift:CNY")
                        .add(5)
                        .add(5)
                        .add("a")));
        journal.issue(1, 1000);
        journal.flush();
        settle();
        assertThat(letters()).isEqualTo("1");
        assertThat(bench.rows("select reason from dead_letter").get(0).get("reason"))
                .isEqualTo("JournalFault: the journal changes 1 cards, the books know 0 of them");
    }

    @Test
    void a_balance_below_zero_and_what_a_hold_led_to_are_left_out() {
        journal.issue(1, 1000); // 1
        JsonArray card = new JsonArray().add("card").add(-1).add("+");
        JsonArray taken = new JsonArray(
                List.of(HandWrittenJournal.card(1), HandWrittenJournal.api(1), "n", "gift:CNY", 1001, -1, "a"));
        journal.add(
                "redemption",
                new JsonObject(),
                List.of(card, new JsonArray().add("hold").add(60_000)),
                List.of(taken, new JsonArray())); // 2
        JsonArray follow = new JsonArray(List.of("follow", 2, "c", "c", 0, "a:CNY", 0, 1001));
        journal.add("capture", new JsonObject(), List.of(follow), List.of(new JsonArray().add(0))); // 3
        journal.issue(2, 1000); // 4
        journal.flush();
        settle();
        assertThat(letters()).isEqualTo("2 3<2");
        assertThat(bench.number("select balance from card where id = '" + HandWrittenJournal.card(1) + "'"))
                .isEqualTo(1000);
    }

    @Test
    void a_dead_letter_is_still_read_by_its_sequence() {
        journal.stock("crab", 10);
        journal.issue(1, 1_000);
        refusePoison();
        journal.redeem(1, 10, "crab", "u", "poison");
        journal.flush();
        settle();
        JournaledTransaction found =
                Ledgers.await(new SettledBooks(bench.database).find(cell, 3)).orElseThrow();
        assertThat(found.request().getString("reference")).isEqualTo("poison");
    }

    @Test
    void a_counter_is_not_put_back_by_a_dead_letter_that_is_settled_late() {
        refusePoison();
        counted("poison", 1);
        counted("r", 2);
        journal.flush();
        settle();
        assertThat(letters()).isEqualTo("1");
        accept();
        assertThat(retry()).isEqualTo(new SettleOnce.Done(cell, 1, 0, ""));
        assertThat(bench.rows("select used, seq from quota")).containsExactly(Map.of("used", 2L, "seq", 2L));
    }

    private void counted(String reference, long used) {
        journal.add(
                "redemption",
                new JsonObject().put("reference", reference),
                List.of(new JsonArray(List.of("quota", "1:q", 1, 0))),
                List.of(new JsonArray().add(used)));
    }

    @Test
    void a_settler_that_begins_right_behind_a_dead_letter_goes_on() {
        journal.issue(1, 1_000);
        journal.stock("crab", 10);
        refusePoison();
        journal.redeem(1, 10, "crab", "u", "poison");
        journal.flush();
        settle();
        settler.close();
        settler = bench.settler(SettlementBench.quick());
        journal.issue(2, 1_000);
        journal.flush();
        settle();
        assertThat(letters()).isEqualTo("3");
    }

    /** What is left out for its content is found later than what depends on an earlier dead letter. */
    @Test
    void what_comes_before_a_dependant_is_settled_whatever_is_wrong_behind_it() {
        journal.stock("crab", 10); // 1
        journal.stock("crab", 10); // 2
        journal.issue(1, 1_000); // 3
        journal.issue(2, 1_000); // 4
        refusePoison();
        journal.debit(1, 10, "poison"); // 5
        journal.flush();
        settle();
        assertThat(letters()).isEqualTo("5");
        journal.redeem(2, 10, "crab", "u", "r"); // 6
        journal.redeem(1, 10, "crab", "u", "r"); // 7 by its card
        journal.unreadable(); // 8
        journal.flush();
        settle();
        assertThat(letters()).isEqualTo("5 7<5 8");
        assertThat(bench.number("select count(*) from transactions where seq = 6"))
                .isEqualTo(1);
    }

    /** Whatever is refused or cannot be read, the books are the sum of all that is not left out, and in the end of all that can be. */
    @Test
    void random_refusals_leave_out_what_depends_on_them_and_no_more() {
        long seed = Long.getLong("deadletters.seed", System.nanoTime());
        Random random = new Random(seed);
        int cards = 40;
        for (int card = 1; card <= cards; card++) {
            journal.issue(card, 1_000);
        }
        List<String> skus = List.of("crab", "pen", "ink", "tea");
        skus.forEach(this::item);
        TreeSet<Long> expected = new TreeSet<>();
        TreeSet<String> dead = new TreeSet<>();
        int unreadable = 0;
        refusePoison();
        for (int i = 0; i < 600; i++) {
            if (random.nextInt(100) == 0) {
                journal.unreadable();
                unreadable++;
                expected.add(journal.sequence());
                continue;
            }
            boolean poison = random.nextInt(200) == 0;
            int card = 1 + random.nextInt(cards);
            // Most move a card alone: what shares an item soon shares its end.
            String sku = random.nextInt(8) == 0 ? skus.get(random.nextInt(skus.size())) : "";
            if (sku.isEmpty()) {
                journal.debit(card, 1, poison ? "poison" : "r");
            } else {
                journal.redeem(card, 1, sku, "u", poison ? "poison" : "r");
            }
            if (poison || dead.contains("card " + card) || dead.contains(sku)) {
                dead.add("card " + card);
                expected.add(journal.sequence());
                if (!sku.isEmpty()) {
                    dead.add(sku);
                }
            }
            if (random.nextInt(20) == 0) {
                journal.flush();
                settler.markDirty(cell);
            }
        }
        journal.flush();
        settle();
        assertThat(bench.rows("select seq from dead_letter order by seq").stream()
                        .map(row -> row.get("seq"))
                        .toList())
                .as("seed " + seed)
                .isEqualTo(List.copyOf(expected));
        assertThat(bench.number("select count(*) from dead_letter where depends_on >= seq"))
                .as("seed " + seed)
                .isZero();
        assertBooksAreTheSum(seed);
        accept();
        if (!expected.isEmpty()) {
            assertThat(retry().deadLetters()).as("seed " + seed).isEqualTo(unreadable);
        }
        assertThat(bench.number("select count(*) from transactions")).isEqualTo(journal.sequence() - unreadable);
        assertBooksAreTheSum(seed);
    }

    private void item(String sku) {
        bench.database
                .jdbi()
                .useHandle(h -> h.execute(
                        "insert into item (program, sku, name, kind, prices, version) values ('demo', ?, 'Item', 'goods', '{}', 1)"
                                + " on conflict do nothing",
                        sku));
        journal.stock(sku, 1_000);
    }

    private void assertBooksAreTheSum(long seed) {
        assertThat(bench.number("""
                        select count(*) from card c where balance <> c.face - (select count(*) from transaction_card t
                         where t.cell = c.cell and t.card = c.id)
                        """)).as("seed " + seed).isZero();
    }

    /** Makes PostgreSQL refuse the transactions whose reference is poison. */
    private void refusePoison() {
        bench.database
                .jdbi()
                .useHandle(h -> h.execute(
                        "alter table transactions add constraint refused check (reference is distinct from 'poison')"));
    }

    private void accept() {
        bench.database.jdbi().useHandle(h -> h.execute("alter table transactions drop constraint refused"));
    }

    private void settle() {
        settler.markDirty(cell);
        await().untilAsserted(() -> {
            assertThat(settler.stopped()).isEmpty();
            assertThat(bench.settled(cell)).isEqualTo(journal.sequence());
        });
    }

    private SettleOnce.Done retry() {
        return new SettleOnce(bench.database, bench.redis, SettlementBench.quick())
                .retryDeadLetters()
                .get(0);
    }

    private String letters() {
        return (String) bench.rows(LETTERS).get(0).get("string_agg");
    }
}
