package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.quota;
import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.Closing;
import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.model.SampleLegs;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Redis does not roll a script back, so whatever could raise in the write phase must be found before it. */
class PostNeverHalfIT extends OnStockedCell {
    @Test
    void the_transaction_of_these_tests_posts_when_nothing_is_wrong() {
        assertThat(on.post("k", ALL_KINDS)).isInstanceOf(Posted.class);
    }

    static Stream<Arguments> spoilings() {
        return Stream.of(
                spoiling("a card of another type", on -> on.retype(card(on, "a"))),
                spoiling("a balance with a fraction", on -> on.hset(card(on, "a"), "b", "99.5")),
                spoiling("a balance with an exponent", on -> on.hset(card(on, "a"), "b", "1e3")),
                spoiling("a balance with a leading zero", on -> on.hset(card(on, "a"), "b", "099")),
                spoiling("a balance beyond 2^53-1", on -> on.hset(card(on, "a"), "b", "9007199254740993")),
                spoiling("an expiry that is no number", on -> on.hset(card(on, "a"), "x", "soon")),
                spoiling("a state that is none", on -> on.hset(card(on, "a"), "s", "z")),
                spoiling("an empty state", on -> on.hset(card(on, "a"), "s", "")),
                spoiling("a number that breaks JSON", on -> on.hset(card(on, "a"), "n", "1\"2")),
                spoiling("an id that stands for all words", on -> on.hset(card(on, "a"), "c", "a\",\"b\",\"c\",1\\")),
                spoiling("an item of another type", on -> on.retype(RedisKeys.item(on.cell, "crab"))),
                spoiling("units that are no integer", on -> on.hset(RedisKeys.item(on.cell, "crab"), "u", " 9")),
                spoiling("an account of another type", on -> on.retype(RedisKeys.account(on.cell, "u"))),
                spoiling("an account's balance that is no integer", on -> {
                    on.hset(RedisKeys.account(on.cell, "u"), "b:CNY", "8.0");
                }),
                spoiling("a payer's balance that is no integer", on -> on.hset(card(on, "c"), "b", "1e2")),
                spoiling("what is set aside that is no integer", on -> {
                    on.hset(RedisKeys.account(on.cell, "w"), "h:points", "1.0");
                }),
                spoiling("lots that end early", on -> {
                    on.hset(RedisKeys.account(on.cell, "w"), "l:points", "0:paid:9");
                }),
                spoiling("more than lots", on -> {
                    on.hset(RedisKeys.account(on.cell, "w"), "l:points", "0:paid:9;x");
                }),
                spoiling("lots that are not the balance", on -> {
                    on.hset(RedisKeys.account(on.cell, "w"), "l:points", "0:paid:8;");
                }),
                spoiling("a lot with a leading zero", on -> {
                    on.hset(RedisKeys.account(on.cell, "w"), "l:points", "0:paid:09;");
                }),
                spoiling("a lot that breaks JSON", on -> {
                    on.hset(RedisKeys.account(on.cell, "w"), "l:points", "0:pa\"id:9;");
                }),
                spoiling("open holds of another type", on -> on.set(RedisKeys.holds(on.cell), "x")),
                spoiling("a count of another type", on -> on.retype(RedisKeys.followed(on.cell, 1))),
                spoiling("a count that is no integer", on -> {
                    on.hset(RedisKeys.followed(on.cell, 1), "r:a:CNY", "1e0");
                }),
                spoiling("a part that was not counted", on -> {
                    on.run(commands -> commands.hdel(bytes(RedisKeys.followed(on.cell, 1)), bytes("r:a:CNY")));
                }),
                spoiling("a pool of another type", on -> on.retype(RedisKeys.codes(on.cell, "video"))),
                spoiling("a pool to add to of another type", on -> on.set(RedisKeys.codes(on.cell, "music"), "x")),
                spoiling("a code that breaks JSON", on -> {
                    on.run(commands -> commands.lset(bytes(RedisKeys.codes(on.cell, "video")), 0, bytes("c1:\"")));
                }),
                spoiling("a quota of another type", on -> on.retype(RedisKeys.quota(on.cell, "q"))),
                spoiling("a quota that is no integer", on -> on.set(RedisKeys.quota(on.cell, "q"), "3x")),
                spoiling("a record of another type", on -> {
                    byte[] record = RedisKeys.idempotency(on.cell, SampleLegs.sixteen("k"));
                    on.run(commands -> commands.lpush(record, bytes("x")));
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spoilings")
    void a_stored_value_that_would_raise_is_found_before_the_first_write(String what, Consumer<LedgerOnRedis> spoil) {
        spoil.accept(on);
        Map<String, String> before = on.everything();
        assertThatThrownBy(() -> on.post("k", ALL_KINDS)).isInstanceOf(LedgerFault.class);
        assertThat(on.everything()).isEqualTo(before);
    }

    static Stream<Arguments> spoiltMetas() {
        return Stream.of(
                spoiling("a meta of another type", on -> on.retype(meta(on))),
                spoiling("no meta", on -> on.run(commands -> commands.del(bytes(meta(on))))),
                spoiling("no epoch", on -> on.run(commands -> commands.hdel(bytes(meta(on)), bytes("epoch")))),
                spoiling("an epoch that is no number", on -> on.hset(meta(on), "epoch", "one")),
                spoiling("an epoch with a fraction", on -> on.hset(meta(on), "epoch", "1.0")),
                spoiling("no sequence", on -> on.run(commands -> commands.hdel(bytes(meta(on)), bytes("seq")))),
                spoiling("an empty sequence", on -> on.hset(meta(on), "seq", "")),
                spoiling("a sequence that is no number", on -> on.hset(meta(on), "seq", "eight")),
                spoiling("a sequence with a fraction", on -> on.hset(meta(on), "seq", "8.0")),
                spoiling("a sequence with an exponent", on -> on.hset(meta(on), "seq", "8e0")),
                spoiling("a sequence with a leading zero", on -> on.hset(meta(on), "seq", "08")),
                spoiling("a sequence below zero", on -> on.hset(meta(on), "seq", "-1")),
                spoiling("a sequence with none after it", on -> on.hset(meta(on), "seq", "9007199254740991")),
                spoiling("a sequence beyond 2^53-1", on -> on.hset(meta(on), "seq", "9007199254740993")));
    }

    /** Through a ledger that has seen nothing: one that has would note what it saw of a cell that is cold. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("spoiltMetas")
    void a_spoilt_meta_is_found_before_the_first_write(String what, Consumer<LedgerOnRedis> spoil) {
        assertThat(on.hget(meta(on), "seq")).contains("8");
        spoil.accept(on);
        Map<String, String> before = on.everything();
        var posted = on.another(LedgerLimits.standard()).post(on.transaction("k", "k", ALL_KINDS));
        assertThatThrownBy(() -> LedgerOnRedis.await(posted)).isInstanceOf(LedgerFault.Cold.class);
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void a_catalogs_version_that_is_no_number_is_another_than_any() {
        on.hset(meta(on), "catalog", "1.0");
        Map<String, String> before = on.everything();
        var compiled = SampleLegs.transaction(on.cell, "k", "k", 1L, List.of(ALL_KINDS));
        assertThat(LedgerOnRedis.await(on.ledger.post(compiled)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refusal.CATALOG_CHANGED));
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void a_balance_at_the_bound_is_refused_before_the_first_write() {
        on.hset(RedisKeys.account(on.cell, "u"), "b:CNY", "9007199254740991");
        Map<String, String> before = on.everything();
        assertThat(on.post("k", ALL_KINDS))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refusal.BALANCE_LIMIT));
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void an_open_hold_whose_deadline_is_no_integer_is_found_before_the_first_write() {
        on.run(commands -> commands.zadd(bytes(RedisKeys.holds(on.cell)), 1.5, bytes("1")));
        for (Closing closing : List.of(Closing.CAPTURE, Closing.EXPIRY)) {
            Map<String, String> before = on.everything();
            assertThatThrownBy(() -> on.post("k" + closing, follow(closing, 1))).isInstanceOf(LedgerFault.class);
            assertThat(on.everything()).isEqualTo(before);
        }
    }

    @Test
    void an_account_shares_its_key_with_accounts_alone() {
        Leg account = new AccountLeg("new", "CNY", 1, 5, false, false, null, null);
        Leg pool = new CodesAddLeg("music", List.of("m1:k.A"));
        Map<String, String> before = on.everything();
        assertThat(onOneKey(account, pool)).isEqualTo("faulty");
        assertThat(onOneKey(pool, account)).isEqualTo("faulty");
        assertThat(onOneKey(account, stock("eel", 1))).isEqualTo("faulty");
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void one_key_in_two_legs_is_refused_by_the_caller_and_by_the_script() {
        assertThatThrownBy(() -> on.transactionCall(debit("a", 80), debit("a", 80)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two touch one key");
        assertThat(onOneKey(debit("a", 80), debit("b", 80))).isEqualTo("faulty");
        assertThat(on.hget(card(on, "a"), "b")).contains("100");
    }

    @Test
    void no_two_legs_of_any_kinds_stand_on_one_key() {
        Map<String, String> before = on.everything();
        assertThat(onOneKey(stock("crab", 1), stock("eel", 1))).isEqualTo("faulty");
        assertThat(onOneKey(stock("crab", 0), stock("eel", 0))).isEqualTo("faulty");
        assertThat(onOneKey(quota("q", 1, 100), quota("p", 1, 100))).isEqualTo("faulty");
        assertThat(onOneKey(stock("crab", 1), new StockLeg("eel", 1, 0, 5))).isEqualTo("faulty");
        assertThat(onOneKey(stock("crab", 1), new StockLeg("eel", 1, 7_000_000_000_000L, 0)))
                .isEqualTo("faulty");
        assertThat(onOneKey(quota("q", 1, 100), new QuotaLeg("p", "p", 1, 9, 0, 5, 0, false)))
                .isEqualTo("faulty");
        assertThat(onOneKey(debit("a", 1), stock("crab", 1))).isEqualTo("faulty");
        assertThat(onOneKey(stock("crab", 1), debit("a", 1))).isEqualTo("faulty");
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void two_legs_of_one_account_keep_to_fields_of_their_own_for_the_caller_and_the_script() {
        Leg credit = new AccountLeg("u", "CNY", 1, 5, false, false, null, null);
        Leg frozen = new AccountLeg("u", "points", 0, 0, false, false, true, null);
        Leg again = new AccountLeg("u", "CNY", 0, 0, false, false, true, null);
        Leg gold = new AccountLeg("u", "points", 0, 0, false, false, null, null).setting(Map.of("tier", "gold"));
        Leg silver = new AccountLeg("u", "pick", 0, 0, false, false, null, null).setting(Map.of("tier", "silver"));
        for (Leg[] two : new Leg[][] {{credit, credit}, {frozen, again}, {gold, silver}}) {
            assertThatThrownBy(() -> on.transactionCall(two))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("two touch one key");
        }
        Leg other = new AccountLeg("w", "CNY", 1, 5, false, false, null, null);
        Leg otherFrozen = new AccountLeg("w", "CNY", 0, 0, false, false, true, null);
        Leg otherSilver = new AccountLeg("w", "CNY", 0, 0, false, false, null, null).setting(Map.of("tier", "silver"));
        Map<String, String> before = on.everything();
        assertThat(onOneKey(gold, otherSilver)).isEqualTo("faulty");
        assertThat(onOneKey(credit, other)).isEqualTo("faulty");
        assertThat(onOneKey(frozen, otherFrozen)).isEqualTo("faulty");
        assertThat(on.everything()).isEqualTo(before);
    }

    /** Sends two legs with the key of the first in both. */
    private String onOneKey(Leg first, Leg second) {
        Sent sent = sent(first, second);
        sent.keys().set(4, sent.keys().get(3));
        return run(sent.keys(), sent.args());
    }

    @Test
    void a_faulty_transaction_leaves_the_others_of_its_batch_alone() {
        on.hset(card(on, "a"), "b", "1e3");
        var faulty = on.ledger.post(on.transaction("bad", "bad", debit("a", 1)));
        var fine = on.ledger.post(on.transaction("good", "good", stock("crab", -1)));
        assertThatThrownBy(() -> LedgerOnRedis.await(faulty)).isInstanceOf(LedgerFault.Faulty.class);
        assertThat(LedgerOnRedis.await(fine)).isInstanceOf(Posted.class);
    }

    @Test
    void a_record_of_another_type_leaves_the_others_of_its_batch_alone() {
        byte[] record = RedisKeys.idempotency(on.cell, SampleLegs.sixteen("bad"));
        on.run(commands -> commands.lpush(record, bytes("x")));
        // While the first is on its way the others gather, and go as one batch.
        var first = on.ledger.post(on.transaction("first", "first", stock("crab", -1)));
        var fine = on.ledger.post(on.transaction("good", "good", stock("crab", -1)));
        var faulty = on.ledger.post(on.transaction("bad", "bad", stock("crab", -1)));
        assertThat(LedgerOnRedis.await(first)).isInstanceOf(Posted.class);
        assertThat(LedgerOnRedis.await(fine)).isInstanceOf(Posted.class);
        assertThatThrownBy(() -> LedgerOnRedis.await(faulty)).isInstanceOf(LedgerFault.Faulty.class);
        assertThat(on.hget(RedisKeys.item(on.cell, "crab"), "u")).contains("7");
    }

    /** Found only where the two are written: as units a counter would raise, as a counter units would be lost. */
    @Test
    void one_key_is_not_a_counter_and_units_in_one_batch() {
        Sent counter = sent("counter", quota("eel", 1, 100));
        Sent units = sent("units", stock("eel", 1));
        units.keys().set(3, counter.keys().get(3));
        assertThat(runAll(counter, units)).containsExactly("posted", "faulty");
        Sent more = sent("more", stock("cod", 1));
        Sent counted = sent("counted", quota("s", 1, 100));
        counted.keys().set(3, more.keys().get(3));
        assertThat(runAll(more, counted)).containsExactly("posted", "faulty");
        assertThat(on.hget(RedisKeys.item(on.cell, "cod"), "u")).contains("1");
    }

    private static Arguments spoiling(String what, Consumer<LedgerOnRedis> spoil) {
        return Arguments.of(what, spoil);
    }

    private static String meta(LedgerOnRedis on) {
        return RedisKeys.meta(on.cell);
    }
}
