package dev.counterfoil.loadtest.auditor;

import static dev.counterfoil.loadtest.auditor.HandMadeBooks.AT;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.CNY_CARD;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.NOW;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.PICK_CARD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.loadtest.auditor.PostgresBooks.Mention;
import dev.counterfoil.loadtest.auditor.PostgresBooks.SettledPosting;
import dev.counterfoil.loadtest.auditor.RedisBooks.Journaled;
import dev.counterfoil.loadtest.auditor.RedisBooks.KeyRecord;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The transactions do not hold, or do not agree with what was written of them. */
class BooksTest {
    private final HandMadeBooks books = new HandMadeBooks();

    @Test
    void books_that_balance_pass_every_check() {
        Report report = books.compare();

        assertThat(report.toString()).contains("CNY: issued 100000, balances in Redis 68700, in PostgreSQL 68700");
        assertThat(HandMadeBooks.failed(report)).as(report.toString()).isEmpty();
        assertThat(report.balanced()).isTrue();
    }

    @Test
    void an_empty_cell_passes() {
        Report report = Books.compare(
                new RedisBooks(
                        NOW, 1, 0, Map.of(), Map.of(), Set.of(), Map.of(), Map.of(), Map.of(), Map.of(), List.of(),
                        List.of()),
                PostgresBooks.empty());

        assertThat(report.balanced()).as(report.toString()).isTrue();
    }

    @Test
    void a_tail_not_yet_settled_is_the_only_difference_while_settlement_lags() {
        books.unsettleTheLast();

        books.assertFailsOnly("settled to 5 of 6", Check.COMPLETE);
    }

    @Test
    void a_transaction_lost_by_both_stores_is_a_gap() {
        books.transactions.remove(1);

        books.assertFails("sequences 2 to 2 are missing", Check.SEQUENCE);
    }

    @Test
    void a_hole_in_the_journal_is_found_though_postgresql_has_the_row() {
        books.journal.remove(1);

        books.assertFailsOnly("the journal goes on with 6 after 4", Check.SEQUENCE);
    }

    @Test
    void a_sequence_that_stands_twice_in_the_journal_is_found() {
        books.journal.add(1, books.journal.get(0));

        books.assertFailsOnly("the journal goes on with 4 after 4", Check.SEQUENCE);
    }

    @Test
    void a_sequence_that_stands_twice_in_postgresql_is_found() {
        books.transactions.add(2, books.transactions.get(1));

        books.assertFails("sequence 2 stands twice", Check.SEQUENCE);
    }

    @Test
    void a_redis_that_lost_its_last_transactions_is_found() {
        books.sequence = 5;

        books.assertFails("Redis' sequence is 5, the last transaction is 6", Check.SEQUENCE, Check.COMPLETE);
    }

    @Test
    void a_cursor_ahead_of_its_rows_is_found() {
        books.transactions.remove(5);
        books.postings.removeIf(posting -> posting.sequence() == 6);
        books.mentions.removeIf(mention -> mention.sequence() == 6);

        books.assertFails(
                "the cursor is at 6, the last transaction in PostgreSQL is 5",
                Check.COMPLETE,
                Check.CARDS_IN_POSTGRESQL);
    }

    @Test
    void a_cell_of_another_epoch_is_found() {
        books.epoch = 2;

        books.assertFailsOnly("epoch is 2 in Redis, 1 in PostgreSQL", Check.COMPLETE);
    }

    @Test
    void a_result_that_does_not_follow_is_found() {
        books.rewrite(4, "29800,70200", "29800,70201");

        books.assertFails("sequence 4: card " + CNY_CARD, Check.ARITHMETIC);
    }

    @Test
    void a_payment_that_is_not_the_price_is_found() {
        books.rewrite(4, "'CNY':29800", "'CNY':29700");

        books.assertFailsOnly("the lines cost 29700 CNY, the card paid 29800", Check.ARITHMETIC);
    }

    @Test
    void two_postings_under_one_key_are_found_in_settled_rows() {
        books.rewrite(5, "'idem':'key5'", "'idem':'key4'");

        books.assertFails("key key4 posted sequences 4 and 5", Check.KEYS);
    }

    @Test
    void two_postings_under_one_key_are_found_when_the_second_is_only_in_the_journal() {
        books.unsettleTheLast();
        books.journal.replaceAll(entry ->
                entry.sequence() == 6 ? new Journaled(6, entry.data().replace("key6", "key4"), entry.result()) : entry);

        books.assertFails("key key4 posted sequences 4 and 6", Check.KEYS);
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

        books.assertFailsOnly("key key2 of sequence 2 is forgotten", Check.RECORDS);
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

        books.assertFailsOnly("key key2", Check.RECORDS);
    }

    @Test
    void a_refusal_remembered_for_a_key_that_posted_is_found() {
        books.records.put("key2", new KeyRecord("fp2", 0));

        books.assertFailsOnly("key key2", Check.RECORDS);
    }

    @Test
    void a_journal_that_differs_from_postgresql_by_a_byte_is_found() {
        Journaled entry = books.journal.get(0);
        books.journal.set(0, new Journaled(4, entry.data().replace("\"A1\"", "\"A2\""), entry.result()));

        books.assertFailsOnly("sequence 4: data differ at character", Check.JOURNAL);
    }

    @Test
    void a_result_that_differs_from_postgresql_by_a_space_is_found() {
        Journaled entry = books.journal.get(0);
        books.journal.set(0, new Journaled(4, entry.data(), entry.result() + " "));

        books.assertFailsOnly("sequence 4: results differ at character", Check.JOURNAL);
    }

    @Test
    void a_changed_posting_is_found() {
        books.postings.set(0, posting(1, "issued", "card:" + CNY_CARD, "CNY", 100001));

        books.assertFails("sequence 1 has", Check.POSTINGS, Check.CARDS_IN_POSTGRESQL, Check.VALUE);
    }

    @Test
    void a_missing_posting_is_found() {
        books.postings.remove(5);

        books.assertFails("sequence 4 has", Check.POSTINGS);
    }

    @Test
    void a_posting_to_the_wrong_account_is_found() {
        books.postings.set(books.postings.size() - 1, posting(6, "card:" + PICK_CARD, "redeemed", "pick", 4));

        books.assertFailsOnly("sequence 6 has", Check.POSTINGS);
    }

    @Test
    void a_posting_without_a_transaction_is_found() {
        books.postings.add(posting(7, "issued", "card:" + CNY_CARD, "CNY", 1));

        books.assertFailsOnly("sequence 7 has no transaction", Check.POSTINGS);
    }

    @Test
    void a_posting_of_another_time_is_found() {
        Posting right = books.postings.get(0).posting();
        books.postings.set(0, new SettledPosting(1, AT, right));

        books.assertFailsOnly("sequence 1: the time of a posting is not its transaction's", Check.POSTINGS);
    }

    @Test
    void a_column_that_does_not_follow_from_the_data_is_found() {
        books.rewrite(4, "'account':'u_123'", "'account':'u_124'");

        books.assertFailsOnly("sequence 4: [account]", Check.COLUMNS);
    }

    @Test
    void a_transaction_not_listed_under_its_card_is_found() {
        books.mentions.remove(new Mention(5, CNY_CARD));

        books.assertFailsOnly("sequence 5 is listed under cards []", Check.COLUMNS);
    }

    @Test
    void a_transaction_that_is_not_of_its_form_is_found_and_the_count_goes_on() {
        books.rewrite(6, "['card',-1]", "['coupon',-1]");

        books.assertFails("sequence 6 in PostgreSQL: a leg of kind coupon is not known", Check.ARITHMETIC);
    }

    private SettledPosting posting(long seq, String debit, String credit, String asset, long amount) {
        return new SettledPosting(seq, AT + seq, new Posting(debit, credit, asset, amount));
    }
}
