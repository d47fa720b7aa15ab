package dev.counterfoil.loadtest.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the auditor says of holds and of what is given back. */
class BooksHoldsTest {
    private final HandMadeBooks books = new HandMadeBooks();

    @BeforeEach
    void hold() {
        books.holds();
    }

    @Test
    void a_hold_a_capture_of_a_part_and_a_reversal_of_a_part_balance() {
        assertThat(books.compare().balanced()).as(books.compare().toString()).isTrue();
    }

    @Test
    void a_hold_that_redis_forgot_is_found() {
        books.openHolds.clear();
        books.assertFailsOnly("open holds in Redis are [], counted [10]", Check.HOLDS);
    }

    @Test
    void a_fen_that_is_held_by_one_store_alone_is_found() {
        books.redisCards.computeIfPresent(HandMadeBooks.CNY_CARD, (id, card) -> card.holding(701));
        books.assertFails("held=701", Check.CARDS_IN_REDIS, Check.VALUE);
    }

    @Test
    void more_given_back_than_there_was_is_found() {
        books.rewrite(9, "'a:CNY',300,2000", "'a:CNY',1501,2000");
        books.rewrite(9, "[800]", "[2001]");
        books.assertFails("2001 of a:CNY of 7 is given back, 2000 was", Check.HOLDS);
    }

    @Test
    void more_to_a_payer_than_is_said_is_found() {
        books.rewrite(9, "300,67500", "301,67500");
        books.assertFails("gives back {CNY=301}, says {CNY=300}", Check.HOLDS, Check.ARITHMETIC);
    }

    @Test
    void a_hold_that_ends_twice_is_found() {
        books.rewrite(9, "['follow',7,''", "['follow',7,'r'");
        books.assertFails("the hold of 7 is not open", Check.HOLDS);
    }

    @Test
    void a_capture_after_the_deadline_and_a_lapse_before_it_are_found() {
        books.rewrite(7, "['hold',60000]", "['hold',1]");
        books.assertFails("the hold of 7 is captured too late", Check.HOLDS);
        books.rewrite(7, "['hold',1]", "['hold',60000]");
        books.rewrite(8, "'c','c:500'", "'x','c:500'");
        books.assertFails("the hold of 7 lapses too early", Check.HOLDS);
    }

    @Test
    void a_whole_that_is_not_what_was_paid_is_found() {
        books.rewrite(9, "'a:CNY',300,2000", "'a:CNY',300,2500");
        books.assertFails("a:CNY of 7 was 2000, not 2500", Check.HOLDS);
    }
}
