package dev.counterfoil.loadtest.auditor;

import static dev.counterfoil.loadtest.auditor.HandMadeBooks.AT;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.CNY_CARD;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.LAPSES;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.NOW;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.PICK_CARD;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.QUOTA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.loadtest.auditor.PostgresBooks.Code;
import dev.counterfoil.loadtest.auditor.PostgresBooks.Mention;
import dev.counterfoil.loadtest.auditor.PostgresBooks.SettledPosting;
import dev.counterfoil.loadtest.auditor.RedisBooks.Journaled;
import dev.counterfoil.loadtest.auditor.RedisBooks.KeyRecord;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BooksTest {
    private final HandMadeBooks books = new HandMadeBooks();

    @Test
    void books_that_balance_pass_every_check() {
        Report report = books.compare();

        assertThat(report.toString()).contains("CNY: issued 100000, balances in Redis 68700, in PostgreSQL 68700");
        assertThat(failed(report)).as(report.toString()).isEmpty();
        assertThat(report.balanced()).isTrue();
    }

    @Test
    void an_empty_cell_passes() {
        Report report = Books.compare(
                new RedisBooks(NOW, 1, 0, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), List.of(), List.of()),
                PostgresBooks.empty());

        assertThat(report.balanced()).as(report.toString()).isTrue();
    }

    @Test
    void a_tail_not_yet_settled_is_the_only_difference_while_settlement_lags() {
        books.unsettleTheLast();

        assertFailsOnly("settled to 5 of 6", Check.COMPLETE);
    }

    @Test
    void a_transaction_lost_by_both_stores_is_a_gap() {
        books.transactions.remove(1);

        assertFails("sequences 2 to 2 are missing", Check.SEQUENCE);
    }

    @Test
    void a_hole_in_the_journal_is_found_though_postgresql_has_the_row() {
        books.journal.remove(1);

        assertFailsOnly("the journal goes on with 6 after 4", Check.SEQUENCE);
    }

    @Test
    void a_sequence_that_stands_twice_in_the_journal_is_found() {
        books.journal.add(1, books.journal.get(0));

        assertFailsOnly("the journal goes on with 4 after 4", Check.SEQUENCE);
    }

    @Test
    void a_sequence_that_stands_twice_in_postgresql_is_found() {
        books.transactions.add(2, books.transactions.get(1));

        assertFails("sequence 2 stands twice", Check.SEQUENCE);
    }

    @Test
    void a_redis_that_lost_its_last_transactions_is_found() {
        books.sequence = 5;

        assertFails("Redis' sequence is 5, the last transaction is 6", Check.SEQUENCE, Check.COMPLETE);
    }

    @Test
    void a_cursor_ahead_of_its_rows_is_found() {
        books.transactions.remove(5);
        books.postings.removeIf(posting -> posting.sequence() == 6);
        books.mentions.removeIf(mention -> mention.sequence() == 6);

        assertFails(
                "the cursor is at 6, the last transaction in PostgreSQL is 5",
                Check.COMPLETE,
                Check.CARDS_IN_POSTGRESQL);
    }

    @Test
    void a_cell_of_another_epoch_is_found() {
        books.epoch = 2;

        assertFailsOnly("epoch is 2 in Redis, 1 in PostgreSQL", Check.COMPLETE);
    }

    @Test
    void a_balance_changed_in_redis_is_found() {
        books.redisCards.computeIfPresent(CNY_CARD, (id, card) -> card.moved(68701, "a"));

        assertFailsOnly("card " + CNY_CARD, Check.CARDS_IN_REDIS, Check.VALUE);
    }

    @Test
    void a_balance_changed_in_postgresql_is_found() {
        books.postgresCards.computeIfPresent(
                CNY_CARD, (id, issued) -> issued.with(issued.card().moved(68701, "a")));

        assertFailsOnly("card " + CNY_CARD, Check.CARDS_IN_POSTGRESQL, Check.VALUE);
    }

    @Test
    void value_moved_between_two_cards_of_one_asset_is_found_though_the_sum_is_right() {
        books.rewrite(1, "'crab-pass:pick',4", "'crab-pass:CNY',4");
        books.redisCards.computeIfPresent(CNY_CARD, (id, card) -> card.moved(68700 - 1, "a"));

        assertFails("card " + CNY_CARD, Check.CARDS_IN_REDIS);
    }

    @Test
    void the_same_wrong_balance_in_both_stores_is_found() {
        books.redisCards.computeIfPresent(CNY_CARD, (id, card) -> card.moved(68701, "a"));
        books.postgresCards.computeIfPresent(
                CNY_CARD, (id, issued) -> issued.with(issued.card().moved(68701, "a")));

        assertFailsOnly("card " + CNY_CARD, Check.CARDS_IN_REDIS, Check.CARDS_IN_POSTGRESQL, Check.VALUE);
    }

    @Test
    void a_negative_balance_is_found() {
        books.redisCards.computeIfPresent(PICK_CARD, (id, card) -> card.moved(-1, "v"));

        assertFails("card " + PICK_CARD + " in Redis is at -1", Check.NEGATIVE);
    }

    @Test
    void a_result_that_does_not_follow_is_found() {
        books.rewrite(4, "29800,70200", "29800,70201");

        assertFails("sequence 4: card " + CNY_CARD, Check.ARITHMETIC);
    }

    @Test
    void a_payment_that_is_not_the_price_is_found() {
        books.rewrite(4, "'CNY':29800", "'CNY':29700");

        assertFailsOnly("the lines cost 29700 CNY, the card paid 29800", Check.ARITHMETIC);
    }

    @Test
    void a_state_changed_in_one_store_is_found() {
        books.redisCards.computeIfPresent(CNY_CARD, (id, card) -> card.moved(card.balance(), "f"));

        assertFailsOnly("card " + CNY_CARD, Check.CARDS_IN_REDIS);
    }

    @Test
    void a_card_that_nobody_issued_is_found() {
        books.redisCards.put("CCCCCCCCCCCCCCCCCCCCCC", new Card("apiC", "1", "gift-1000:CNY", 5, "a", 0));

        assertFailsOnly("card CCCCCCCCCCCCCCCCCCCCCC", Check.CARDS_IN_REDIS, Check.VALUE);
    }

    @Test
    void a_card_missing_in_one_store_is_found() {
        books.postgresCards.remove(PICK_CARD);

        assertFailsOnly("card " + PICK_CARD + " is missing", Check.CARDS_IN_POSTGRESQL);
    }

    @Test
    void units_that_were_not_conserved_are_found_in_either_store() {
        books.redisUnits.put("crab-8", 10L);
        assertFailsOnly("units in Redis of item crab-8 is 10, counted 9", Check.STOCK);

        books.redisUnits.put("crab-8", 9L);
        books.postgresUnits.put("crab-8", 8L);
        assertFailsOnly("units in PostgreSQL of item crab-8 is 8, counted 9", Check.STOCK);
    }

    @Test
    void an_oversold_item_is_found() {
        books.rewrite(2, "['stock','crab-8',10]", "['stock','crab-8',0]");
        books.rewrite(2, "[10]", "[0]");
        books.rewrite(4, "[9]", "[-1]");
        books.redisUnits.put("crab-8", -1L);
        books.postgresUnits.put("crab-8", -1L);

        assertFails("sequence 4 leaves item crab-8 at -1", Check.NEGATIVE);
    }

    @Test
    void a_code_delivered_twice_is_found() {
        books.rewrite(3, "'k1','k2','k3'", "'k1','k1','k3'");
        books.transaction(
                7,
                "redemption",
                "{'lines':[{'item':'video','quantity':1,'prices':{'CNY':1500}}]}",
                "['codes','video',-1],['card',-1]",
                "['k1:s1'],['" + CNY_CARD + "','apiA','6200000000000011','gift-1000:CNY',1500,67200,'a']");

        assertFails("code k1 of video was delivered twice: sequences 5 and 7", Check.CODES);
    }

    @Test
    void a_delivered_code_that_is_still_in_the_pool_is_found() {
        books.pools.put("video", List.of("k1:s1", "k2:s2", "k3:s3"));

        assertFailsOnly("pool video in Redis holds k1 at 0, expected k2", Check.CODES);
    }

    @Test
    void a_code_that_postgresql_calls_available_though_it_was_delivered_is_found() {
        books.codes.put("k1", new Code("video", "s1", null));

        assertFailsOnly("code k1", Check.CODES);
    }

    @Test
    void a_code_sealed_otherwise_than_it_was_loaded_is_found() {
        books.pools.put("video", List.of("k2:s2", "k3:other"));

        assertFailsOnly("code k3 is not sealed as in PostgreSQL", Check.CODES);
    }

    @Test
    void two_postings_under_one_key_are_found_in_settled_rows() {
        books.rewrite(5, "'idem':'key5'", "'idem':'key4'");

        assertFails("key key4 posted sequences 4 and 5", Check.KEYS);
    }

    @Test
    void two_postings_under_one_key_are_found_when_the_second_is_only_in_the_journal() {
        books.unsettleTheLast();
        books.journal.replaceAll(entry ->
                entry.sequence() == 6 ? new Journaled(6, entry.data().replace("key6", "key4"), entry.result()) : entry);

        assertFails("key key4 posted sequences 4 and 6", Check.KEYS);
    }

    @Test
    void a_key_may_post_again_after_a_day() {
        long dayLater = AT + 5 + Books.KEY_LIFETIME_MS;
        books.rewrite(6, "'idem':'key6'", "'idem':'key4'");
        books.rewrite(6, "'at':" + (AT + 6), "'at':" + dayLater);
        books.nowMs = dayLater + 10;

        Report report = books.compare();

        assertThat(report.wrong(Check.KEYS)).as(report.toString()).isZero();
    }

    @Test
    void a_forgotten_key_is_found_while_a_replay_would_post_again() {
        books.records.remove("key2");

        assertFailsOnly("key key2 of sequence 2 is forgotten", Check.RECORDS);
    }

    @Test
    void a_key_may_be_forgotten_after_a_day() {
        books.records.clear();
        books.quotas.clear();
        books.nowMs = NOW + Books.KEY_LIFETIME_MS;

        assertThat(books.compare().balanced()).isTrue();
    }

    @Test
    void a_record_that_names_another_transaction_is_found() {
        books.records.put("key2", new KeyRecord("fp2", 3));

        assertFailsOnly("key key2", Check.RECORDS);
    }

    @Test
    void a_refusal_remembered_for_a_key_that_posted_is_found() {
        books.records.put("key2", new KeyRecord("fp2", 0));

        assertFailsOnly("key key2", Check.RECORDS);
    }

    @Test
    void a_journal_that_differs_from_postgresql_by_a_byte_is_found() {
        Journaled entry = books.journal.get(0);
        books.journal.set(0, new Journaled(4, entry.data().replace("\"A1\"", "\"A2\""), entry.result()));

        assertFailsOnly("sequence 4: data differ at character", Check.JOURNAL);
    }

    @Test
    void a_result_that_differs_from_postgresql_by_a_space_is_found() {
        Journaled entry = books.journal.get(0);
        books.journal.set(0, new Journaled(4, entry.data(), entry.result() + " "));

        assertFailsOnly("sequence 4: results differ at character", Check.JOURNAL);
    }

    @Test
    void a_quota_that_is_not_the_sum_of_its_legs_is_found() {
        books.quotas.put(QUOTA, 2L);

        assertFailsOnly("quota " + QUOTA + " is 2", Check.QUOTAS);
    }

    @Test
    void a_lost_quota_is_found_before_its_time() {
        books.quotas.clear();

        assertFailsOnly("quota " + QUOTA + " is missing, counted 1", Check.QUOTAS);
    }

    @Test
    void a_quota_may_be_gone_after_its_time() {
        books.quotas.clear();
        books.nowMs = LAPSES;

        assertThat(books.compare().balanced()).isTrue();
    }

    @Test
    void a_changed_posting_is_found() {
        books.postings.set(0, posting(1, "issued", "card:" + CNY_CARD, "CNY", 100001));

        assertFails("sequence 1 has", Check.POSTINGS, Check.CARDS_IN_POSTGRESQL, Check.VALUE);
    }

    @Test
    void a_missing_posting_is_found() {
        books.postings.remove(5);

        assertFails("sequence 4 has", Check.POSTINGS);
    }

    @Test
    void a_posting_to_the_wrong_account_is_found() {
        books.postings.set(books.postings.size() - 1, posting(6, "card:" + PICK_CARD, "redeemed", "pick", 4));

        assertFailsOnly("sequence 6 has", Check.POSTINGS);
    }

    @Test
    void a_posting_without_a_transaction_is_found() {
        books.postings.add(posting(7, "issued", "card:" + CNY_CARD, "CNY", 1));

        assertFailsOnly("sequence 7 has no transaction", Check.POSTINGS);
    }

    @Test
    void a_posting_of_another_time_is_found() {
        Posting right = books.postings.get(0).posting();
        books.postings.set(0, new SettledPosting(1, AT, right));

        assertFailsOnly("sequence 1: the time of a posting is not its transaction's", Check.POSTINGS);
    }

    @Test
    void a_column_that_does_not_follow_from_the_data_is_found() {
        books.rewrite(4, "'account':'u_123'", "'account':'u_124'");

        assertFailsOnly("sequence 4: [account]", Check.COLUMNS);
    }

    @Test
    void a_transaction_not_listed_under_its_card_is_found() {
        books.mentions.remove(new Mention(5, CNY_CARD));

        assertFailsOnly("sequence 5 is listed under cards []", Check.COLUMNS);
    }

    @Test
    void a_transaction_that_is_not_of_its_form_is_found_and_the_count_goes_on() {
        books.rewrite(6, "['card',-1]", "['coupon',-1]");

        assertFails("sequence 6 in PostgreSQL: a leg of kind coupon is not known", Check.ARITHMETIC);
    }

    @Test
    void a_key_of_an_unknown_kind_is_found() {
        books.malformed.add("{demo.0}:coupon:1 is of no known kind");

        assertFailsOnly("{demo.0}:coupon:1", Check.READABLE);
    }

    private SettledPosting posting(long seq, String debit, String credit, String asset, long amount) {
        return new SettledPosting(seq, AT + seq, new Posting(debit, credit, asset, amount));
    }

    /** Fails on each of {@code checks}, perhaps on more, and names the row. */
    private void assertFails(String row, Check... checks) {
        Report report = books.compare();
        assertThat(report.balanced()).isFalse();
        assertThat(failed(report)).as(report.toString()).contains(checks);
        assertThat(report.toString()).contains(row);
    }

    private void assertFailsOnly(String row, Check... checks) {
        Report report = books.compare();
        assertThat(failed(report)).as(report.toString()).containsExactlyInAnyOrder(checks);
        assertThat(report.toString()).contains(row);
    }

    private static Set<Check> failed(Report report) {
        return Arrays.stream(Check.values())
                .filter(check -> report.wrong(check) > 0)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Check.class)));
    }
}
