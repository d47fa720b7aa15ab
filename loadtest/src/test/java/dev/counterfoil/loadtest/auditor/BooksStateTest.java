package dev.counterfoil.loadtest.auditor;

import static dev.counterfoil.loadtest.auditor.HandMadeBooks.CNY_CARD;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.LAPSES;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.PICK_CARD;
import static dev.counterfoil.loadtest.auditor.HandMadeBooks.QUOTA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.loadtest.auditor.PostgresBooks.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stands in a store is not what its transactions come to. */
class BooksStateTest {
    private final HandMadeBooks books = new HandMadeBooks();

    @Test
    void a_balance_changed_in_redis_is_found() {
        books.redisCards.computeIfPresent(CNY_CARD, (id, card) -> card.moved(68701, "a"));

        books.assertFailsOnly("card " + CNY_CARD, Check.CARDS_IN_REDIS, Check.VALUE);
    }

    @Test
    void a_balance_changed_in_postgresql_is_found() {
        books.postgresCards.computeIfPresent(
                CNY_CARD, (id, issued) -> issued.with(issued.card().moved(68701, "a")));

        books.assertFailsOnly("card " + CNY_CARD, Check.CARDS_IN_POSTGRESQL, Check.VALUE);
    }

    @Test
    void the_same_wrong_balance_in_both_stores_is_found() {
        books.redisCards.computeIfPresent(CNY_CARD, (id, card) -> card.moved(68701, "a"));
        books.postgresCards.computeIfPresent(
                CNY_CARD, (id, issued) -> issued.with(issued.card().moved(68701, "a")));

        books.assertFailsOnly("card " + CNY_CARD, Check.CARDS_IN_REDIS, Check.CARDS_IN_POSTGRESQL, Check.VALUE);
    }

    @Test
    void a_negative_balance_is_found() {
        books.redisCards.computeIfPresent(PICK_CARD, (id, card) -> card.moved(-1, "v"));

        books.assertFails("card " + PICK_CARD + " in Redis is at -1", Check.NEGATIVE);
    }

    @Test
    void a_state_changed_in_one_store_is_found() {
        books.redisCards.computeIfPresent(CNY_CARD, (id, card) -> card.moved(card.balance(), "f"));

        books.assertFailsOnly("card " + CNY_CARD, Check.CARDS_IN_REDIS);
    }

    @Test
    void a_card_that_nobody_issued_is_found() {
        books.redisCards.put("CCCCCCCCCCCCCCCCCCCCCC", new Card("apiC", "1", "gift-1000:CNY", 5, "a", 0));

        books.assertFailsOnly("card CCCCCCCCCCCCCCCCCCCCCC", Check.CARDS_IN_REDIS, Check.VALUE);
    }

    @Test
    void a_card_missing_in_one_store_is_found() {
        books.postgresCards.remove(PICK_CARD);

        books.assertFailsOnly("card " + PICK_CARD + " is missing", Check.CARDS_IN_POSTGRESQL);
    }

    @Test
    void units_that_were_not_conserved_are_found_in_either_store() {
        books.redisUnits.put("crab-8", 10L);
        books.assertFailsOnly("units in Redis of item crab-8 is 10, counted 9", Check.STOCK);

        books.redisUnits.put("crab-8", 9L);
        books.postgresUnits.put("crab-8", 8L);
        books.assertFailsOnly("units in PostgreSQL of item crab-8 is 8, counted 9", Check.STOCK);
    }

    @Test
    void an_oversold_item_is_found() {
        books.rewrite(2, "['stock','crab-8',10]", "['stock','crab-8',0]");
        books.rewrite(2, "[10]", "[0]");
        books.rewrite(4, "[9]", "[-1]");
        books.redisUnits.put("crab-8", -1L);
        books.postgresUnits.put("crab-8", -1L);

        books.assertFails("sequence 4 leaves item crab-8 at -1", Check.NEGATIVE);
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

        books.assertFails("code k1 of video was delivered twice: sequences 5 and 7", Check.CODES);
    }

    @Test
    void a_delivered_code_that_is_still_in_the_pool_is_found() {
        books.pools.put("video", List.of("k1:s1", "k2:s2", "k3:s3"));

        books.assertFailsOnly("pool video in Redis holds k1 at 0, expected k2", Check.CODES);
    }

    @Test
    void a_code_that_postgresql_calls_available_though_it_was_delivered_is_found() {
        books.codes.put("k1", new Code("video", "s1", null));

        books.assertFailsOnly("code k1", Check.CODES);
    }

    @Test
    void a_code_sealed_otherwise_than_it_was_loaded_is_found() {
        books.pools.put("video", List.of("k2:s2", "k3:other"));

        books.assertFailsOnly("code k3 is not sealed as in PostgreSQL", Check.CODES);
    }

    @Test
    void a_quota_that_is_not_the_sum_of_its_legs_is_found() {
        books.quotas.put(QUOTA, 2L);

        books.assertFailsOnly("quota " + QUOTA + " is 2", Check.QUOTAS);
    }

    @Test
    void an_adjustment_may_take_what_a_quota_has_left_but_a_redemption_takes_all_it_asks_for() {
        books.rewrite(6, "'type':'reversal'", "'type':'adjustment'");
        books.rewrite(6, "['card',-1]", "['card',-1],['quota','" + QUOTA + "',5," + LAPSES + "]");
        books.rewrite(6, "'v']", "'v'],[3]");
        books.quotas.put(QUOTA, 3L);
        assertThat(books.compare().wrong(Check.QUOTAS)).isZero();
        assertThat(books.compare().wrong(Check.ARITHMETIC)).isZero();

        books.rewrite(4, "'" + QUOTA + "',1,", "'" + QUOTA + "',2,");
        books.assertFails("sequence 4: quota " + QUOTA + " says 1 used, counted 2", Check.ARITHMETIC);
    }

    @Test
    void a_lost_quota_is_found_before_its_time() {
        books.quotas.clear();

        books.assertFailsOnly("quota " + QUOTA + " is missing, counted 1", Check.QUOTAS);
    }

    @Test
    void a_quota_may_be_gone_after_its_time() {
        books.quotas.clear();
        books.nowMs = LAPSES;

        assertThat(books.compare().balanced()).isTrue();
    }

    @Test
    void a_key_of_an_unknown_kind_is_found() {
        books.malformed.add("{demo.0}:coupon:1 is of no known kind");

        books.assertFailsOnly("{demo.0}:coupon:1", Check.READABLE);
    }
}
