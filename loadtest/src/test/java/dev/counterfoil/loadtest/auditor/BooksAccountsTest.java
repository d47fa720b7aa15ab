package dev.counterfoil.loadtest.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the auditor says of holders' accounts and of payments that are split. */
class BooksAccountsTest {
    private static final String HOLDER = "account:CNY:u:1";

    private final HandMadeBooks books = new HandMadeBooks();

    @BeforeEach
    void pay() {
        books.holderPays();
    }

    @Test
    void a_card_and_an_account_that_pay_together_balance() {
        assertThat(books.compare().balanced()).as(books.compare().toString()).isTrue();
    }

    @Test
    void a_fen_too_many_in_an_account_of_redis_is_found() {
        books.redisHolders.put(HOLDER, 3701L);
        books.assertFailsOnly(HOLDER, Check.ACCOUNTS, Check.VALUE);
    }

    @Test
    void a_fen_too_few_in_an_account_of_postgresql_is_found() {
        books.postgresHolders.put(HOLDER, 3699L);
        books.assertFails(HOLDER, Check.ACCOUNTS, Check.VALUE);
    }

    @Test
    void an_account_that_nobody_credited_is_found() {
        books.redisHolders.put("account:CNY:u:2", 1L);
        books.assertFails("account:CNY:u:2", Check.ACCOUNTS, Check.VALUE);
    }

    @Test
    void payers_that_gave_less_than_was_due_are_found() {
        books.rewrite(8, "['due',70000]", "['due',70001]");
        books.assertFails("due was 70001, given 70000", Check.ARITHMETIC);
    }

    @Test
    void dues_that_are_not_what_was_asked_for_are_found() {
        books.rewrite(8, "'amount':70000", "'amount':69999");
        books.assertFailsOnly("due were [70000], asked for [69999]", Check.ARITHMETIC);
    }

    @Test
    void a_rest_that_was_not_allowed_is_found() {
        books.rewrite(8, "['due',70000]", "['due',70001]");
        books.rewrite(8, "[1300,3700],[0]", "[1300,3700],[1]");
        books.assertFails("remains of what had to be paid", Check.ARITHMETIC);
    }
}
