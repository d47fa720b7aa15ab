package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static dev.counterfoil.ledger.model.SampleLegs.quota;
import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Closing;
import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.DueLeg;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.FollowLeg;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.PaidLeg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.model.SampleLegs;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Redis does not roll a script back, so whatever could raise in the write phase must be found before it. */
class PostNeverHalfIT {
    private static final Leg[] ALL_KINDS = {
        stock("crab", -1),
        new CodesLeg("video", 1),
        new CodesAddLeg("music", List.of("m1:k.A")),
        debitAndExtend(),
        newCard("b", 5),
        new AccountLeg("u", "CNY", 1, 3, true, true, false, true),
        new DueLeg(List.of(4L, 2L), List.of(List.of(0, 1))),
        new CardLeg(
                List.of(id("c")),
                null,
                Set.of(CardState.ACTIVE),
                true,
                -1,
                List.of(new Price(SampleLegs.TOKEN, Price.DRAWN)),
                null,
                null),
        new PaidLeg(false),
        new HoldLeg(60_000),
        follow(null, 1),
        new AccountLeg("w", "points", -1, 4, true, false, null, null)
                .lots("paid")
                .aside(Leg.ASIDE_AMOUNT),
        // Last, for nothing but its arguments would tell that it was left out.
        quota("q", 1, 100)
    };

    private LedgerOnRedis on;

    private static Leg follow(@Nullable Closing closing, long before) {
        return new FollowLeg(
                1,
                closing,
                "state",
                0,
                7_000_000_000_001L,
                7_000_000_000_002L,
                List.of(new FollowLeg.Part("a:CNY", before, 1, 9), new FollowLeg.Part("i:crab", before, 1, 9)));
    }

    private static Leg debitAndExtend() {
        return new CardLeg(
                        List.of(id("a")),
                        null,
                        Set.of(CardState.ACTIVE),
                        true,
                        -1,
                        List.of(new Price(SampleLegs.TOKEN, 10)),
                        null,
                        null,
                        7_000_000_000_000L)
                .asUntold();
    }

    LedgerOnRedis open() {
        return new LedgerOnRedis();
    }

    @BeforeEach
    void stockUp() {
        on = open();
        on.post("issue", newCard("a", 100));
        on.post("issue c", newCard("c", 100));
        on.post("account", new AccountLeg("u", "CNY", 1, 8, false, false, null, true));
        on.post("stock", stock("crab", 9));
        on.post("load", new CodesAddLeg("video", List.of("c1:k.A", "c2:k.B")));
        on.post("quota", quota("q", 3, 100));
        on.post("follow", follow(null, 0));
        on.post("lots", new AccountLeg("w", "points", 1, 9, false, false, null, null).lots("0:paid:9;"));
    }

    @AfterEach
    void close() {
        on.close();
    }

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

    @Test
    void a_balance_at_the_bound_is_refused_before_the_first_write() {
        on.hset(RedisKeys.account(on.cell, "u"), "b:CNY", "9007199254740991");
        Map<String, String> before = on.everything();
        assertThat(on.post("k", ALL_KINDS))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refusal.BALANCE_LIMIT));
        assertThat(on.everything()).isEqualTo(before);
    }

    /** A call of the script, to be spoilt: its first six arguments, and its one transaction without the number of its values. */
    private record Sent(List<byte[]> keys, List<String> head, List<Object> packed, byte[] data) {
        /** The values of the first leg of that kind, its kind the first of them, up to the end of all. */
        List<Object> leg(String kind) {
            return packed.subList(packed.indexOf(kind), packed.size());
        }

        List<Object> lastLeg(String kind) {
            return packed.subList(packed.lastIndexOf(kind), packed.size());
        }

        /** Its values behind a number of them. */
        byte[] packed(long values) {
            List<Object> all = new ArrayList<>(packed);
            all.add(0, values);
            return PackedValues.write(all);
        }

        byte[][] args() {
            List<byte[]> args = new ArrayList<>();
            head.forEach(text -> args.add(bytes(text)));
            args.add(packed(packed.size()));
            args.add(data);
            return args.toArray(new byte[0][]);
        }
    }

    static Stream<Arguments> malformations() {
        return Stream.of(
                malformed("an unknown kind", sent -> sent.leg("stock").set(0, "stocks")),
                malformed("a kind that is none", sent -> sent.leg("stock").set(0, 5L)),
                malformed("legs that are a list", sent -> {
                    List<Object> legs = sent.packed().subList(5, sent.packed().size());
                    List<Object> list = List.copyOf(legs);
                    legs.clear();
                    legs.add(list);
                }),
                malformed("an expiry that is a text", sent -> sent.leg("card").set(15, "7000000000000")),
                malformed("an expiry below none", sent -> sent.leg("card").set(15, -2L)),
                malformed("an amount that is a text", sent -> sent.leg("card").set(10, "10")),
                malformed("an amount with a fraction", sent -> sent.leg("card").set(10, 1.5)),
                malformed(
                        "an amount that is no number", sent -> sent.leg("card").set(10, Double.NaN)),
                malformed("an amount beyond 2^53-1", sent -> sent.leg("card").set(10, 1L << 53)),
                malformed(
                        "an amount below any meaning", sent -> sent.leg("card").set(10, -10L)),
                malformed("a price without an amount", sent -> sent.leg("card").remove(10)),
                malformed("no prices", sent -> sent.leg("card").set(8, 0L)),
                malformed("more prices than there are", sent -> sent.leg("card").set(8, 500L)),
                malformed("prices without end", sent -> sent.leg("card").set(8, 1L << 52)),
                malformed("no candidates", sent -> sent.leg("card").set(2, 0L)),
                malformed(
                        "more candidates than there are",
                        sent -> sent.leg("card").set(2, 2L)),
                malformed("candidates without end", sent -> sent.leg("card").set(2, 1L << 52)),
                malformed("an id that breaks JSON", sent -> sent.leg("card").set(3, "a\"")),
                malformed("an id that is a list", sent -> sent.leg("card").set(3, List.of("a"))),
                malformed(
                        "expiry to be refused perhaps", sent -> sent.leg("card").set(5, 1L)),
                malformed("perhaps untold", sent -> sent.leg("card").set(1, 1L)),
                malformed("perhaps more of a card", sent -> sent.lastLeg("card").set(11, "")),
                malformed("a state that is none", sent -> sent.leg("new_card").set(5, "z")),
                malformed("two states in one", sent -> sent.leg("new_card").set(5, "ai")),
                malformed(
                        "a word that breaks JSON", sent -> sent.leg("new_card").set(2, "10\0b")),
                malformed("a value too few", sent -> sent.packed().remove(5)),
                malformed(
                        "the last value missing",
                        sent -> sent.packed().remove(sent.packed().size() - 1)),
                malformed("a value too many", sent -> sent.packed().add(0L)),
                malformed(
                        "a value that is none at the end", sent -> sent.packed().add(null)),
                malformed(
                        "a value that is none between",
                        sent -> sent.leg("stock").add(1, null)),
                malformed("a leg too many", sent -> sent.packed().addAll(List.of("hold", 1L))),
                malformed("the last leg missing", sent -> sent.lastLeg("quota").clear()),
                malformed("a flag that is none", sent -> sent.leg("account").set(6, "2")),
                malformed(
                        "an asset that breaks JSON", sent -> sent.leg("account").set(1, "C\"Y")),
                malformed(
                        "an account that pays less than nothing",
                        sent -> sent.leg("account").set(3, -1L)),
                malformed("attributes without end", sent -> sent.leg("account").set(10, 1L << 52)),
                malformed("a payer that is paid", sent -> sent.lastLeg("card").set(6, 1L)),
                malformed("a hold of no time", sent -> sent.leg("hold").set(1, 0L)),
                malformed(
                        "a count that goes too soon", sent -> sent.leg("follow").set(6, 7_000_000_000_000L)),
                malformed("a part that breaks JSON", sent -> sent.leg("follow").set(8, "a:\"")),
                malformed("one part twice", sent -> sent.leg("follow").set(12, "a:CNY")),
                malformed("half a part", sent -> sent.leg("follow").remove(15)),
                malformed("parts without end", sent -> sent.leg("follow").set(7, 1L << 52)),
                malformed("a closing that is none", sent -> sent.leg("follow").set(2, "y")),
                malformed("set aside in words", sent -> sent.lastLeg("account").set(8, "all")),
                malformed(
                        "set aside below nothing",
                        sent -> sent.lastLeg("account").set(8, -1L)),
                malformed("a due of nothing", sent -> sent.leg("due").set(2, 0L)),
                malformed("dues of none", sent -> sent.leg("due").set(1, 0L)),
                malformed("dues without end", sent -> sent.leg("due").set(1, 1L << 52)),
                malformed(
                        "a place that nothing is due at",
                        sent -> sent.leg("due").set(7, 3L)),
                malformed("a payer for nothing", sent -> sent.leg("due").set(5, 0L)),
                malformed("payers without end", sent -> sent.leg("due").set(4, 1L << 52)),
                malformed(
                        "a rest that may remain perhaps",
                        sent -> sent.leg("paid").set(1, "")),
                malformed("codes without end", sent -> sent.leg("codes_add").set(1, 1L << 52)),
                malformed(
                        "a quota that counts a fraction",
                        sent -> sent.leg("quota").set(2, 0.5)),
                malformed(
                        "a quota that counts too much",
                        sent -> sent.leg("quota").set(2, 1L << 53)),
                malformed(
                        "a quota that counts too little",
                        sent -> sent.leg("quota").set(2, -(1L << 53))),
                malformed("a limit below nothing", sent -> sent.leg("quota").set(3, -1L)),
                malformed("a limit beyond 2^53-1", sent -> sent.leg("quota").set(3, 1L << 53)),
                malformed("a limit with a fraction", sent -> sent.leg("quota").set(3, 100.5)),
                malformed(
                        "a counter's time below none", sent -> sent.leg("quota").set(6, -1L)),
                malformed(
                        "a counter's time beyond 2^53-1",
                        sent -> sent.leg("quota").set(6, 1L << 53)),
                malformed(
                        "a counter's time with a fraction",
                        sent -> sent.leg("quota").set(6, 7e12 + 0.5)),
                malformed(
                        "a quota that is clamped perhaps",
                        sent -> sent.leg("quota").set(7, 0L)),
                malformed("fewer counters than quotas", sent -> sent.packed().set(0, 0L)),
                malformed("more keys than there are", sent -> sent.packed().set(1, 99L)),
                malformed(
                        "a key too few", sent -> sent.keys().remove(sent.keys().size() - 1)),
                malformed("a key too many", sent -> sent.keys().add(bytes("x"))),
                malformed("more values than there are", sent -> sent.head().set(5, "9")),
                malformed("fewer values than there are", sent -> sent.head().set(5, "1")),
                malformed("an argument too few", sent -> sent.head().remove(5)),
                malformed("a record that never expires", sent -> sent.head().set(3, "0")),
                malformed("a floor that is no number", sent -> sent.head().set(1, "none")),
                malformed("a catalog that is no number", sent -> sent.packed().set(4, "1")),
                malformed("a short fingerprint", sent -> sent.packed().set(2, "short")),
                malformed("a fingerprint that is a list", sent -> {
                    sent.packed().set(2, Collections.nCopies(16, 1L));
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformations")
    void a_malformed_argument_is_found_before_the_first_write(String what, Consumer<Sent> malform) {
        Sent sent = sent(ALL_KINDS);
        malform.accept(sent);
        Map<String, String> before = on.everything();
        assertThat(run(sent.keys(), sent.args())).matches("ERR post:.*|faulty");
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void a_value_that_is_none_is_counted_wherever_it_stands() {
        List<String> codes =
                IntStream.range(0, 1_000).mapToObj(i -> "m" + i + ":k.A").toList();
        Sent sent = sent(new CodesAddLeg("music", codes), stock("crab", -1));
        sent.leg("stock").add(1, null);
        Map<String, String> before = on.everything();
        assertThat(run(sent.keys(), sent.args())).isEqualTo("faulty");
        assertThat(on.everything()).isEqualTo(before);
    }

    /** Lua's stack holds what one entry of the journal has of them, and would overflow after the legs were written. */
    @Test
    void more_transactions_than_an_entry_holds_are_found_before_the_first_write() {
        Sent sent = sent(stock("crab", 1));
        List<byte[]> keys = new ArrayList<>(sent.keys().subList(0, 2));
        List<byte[]> args = new ArrayList<>(Arrays.asList(sent.args()).subList(0, 6));
        args.set(5, bytes("2000"));
        for (int i = 0; i < 2_000; i++) {
            keys.add(RedisKeys.idempotency(on.cell, SampleLegs.sixteen("k" + i)));
            args.add(sent.args()[6]);
            args.add(sent.args()[7]);
        }
        keys.addAll(Collections.nCopies(2_000, bytes(RedisKeys.item(on.cell, "crab"))));
        Map<String, String> before = on.everything();
        assertThat(run(keys, args.toArray(new byte[0][]))).startsWith("ERR post:");
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void an_account_shares_its_key_with_accounts_alone() {
        Leg account = new AccountLeg("new", "CNY", 1, 5, false, false, null, null);
        Leg pool = new CodesAddLeg("music", List.of("m1:k.A"));
        Map<String, String> before = on.everything();
        assertThat(onOneKey(account, pool)).isEqualTo("faulty");
        assertThat(onOneKey(pool, account)).isEqualTo("faulty");
        assertThat(on.everything()).isEqualTo(before);
    }

    /** It stands in refusals alone. */
    @Test
    void a_request_id_that_breaks_json_is_found_before_a_refusal_is_pinned() {
        Sent sent = sent(debit("a", 101));
        sent.packed().set(3, "r\"");
        Map<String, String> before = on.everything();
        assertThat(run(sent.keys(), sent.args())).isEqualTo("faulty");
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void what_is_packed_may_be_long() {
        List<String> codes =
                IntStream.range(0, 1_000).mapToObj(i -> "m" + i + ":k.A").toList();
        Leg[] pools = IntStream.range(0, 12)
                .mapToObj(pool -> (Leg) new CodesAddLeg("pool-" + pool, codes))
                .toArray(Leg[]::new);
        assertThat(on.post("long", pools)).isInstanceOf(Posted.class);
        assertThat(on.post("its last", new CodesLeg("pool-11", 1_000))).isInstanceOf(Posted.class);
    }

    @Test
    void what_cannot_be_unpacked_is_found_before_the_first_write() {
        Sent sent = sent(ALL_KINDS);
        int values = sent.packed().size();
        byte[] packed = sent.packed(values);
        Map<String, String> before = on.everything();
        for (byte[] spoilt : List.of(
                new byte[0],
                Arrays.copyOf(packed, packed.length - 1),
                PackedValues.write(List.of("text")),
                sent.packed(values - 1),
                sent.packed(values + 1),
                sent.packed(1L << 50))) {
            byte[][] args = sent.args();
            args[6] = spoilt;
            assertThat(run(sent.keys(), args)).startsWith("ERR post:");
        }
        assertThat(on.everything()).isEqualTo(before);
    }

    private Sent sent(Leg... legs) {
        PostCall call = new PostCall(on.transaction("k", "k", legs), Durability.DURABLE);
        List<byte[]> keys = new ArrayList<>(List.of(bytes(RedisKeys.meta(on.cell)), bytes(RedisKeys.journal(on.cell))));
        keys.addAll(call.wholes());
        keys.addAll(call.keys());
        List<String> head = new ArrayList<>(List.of(
                "1",
                "0",
                "1000",
                "60000",
                "60000",
                Integer.toString(call.wholes().size())));
        List<Object> packed = PackedValues.read(call.packed());
        assertThat(packed.remove(0)).isEqualTo((long) packed.size());
        return new Sent(keys, head, packed, call.journaled());
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
    void one_key_in_two_legs_is_refused_by_the_caller_and_by_the_script() {
        assertThatThrownBy(() -> on.transactionCall(debit("a", 80), debit("a", 80)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two touch one key");
        assertThat(onOneKey(debit("a", 80), debit("b", 80))).isEqualTo("faulty");
        assertThat(on.hget(card(on, "a"), "b")).contains("100");
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

    private String run(List<byte[]> keys, byte[][] arguments) {
        try {
            List<Object> reply = on.script("post")
                    .<List<Object>>run(on.redis, ScriptOutputType.MULTI, keys.toArray(new byte[0][]), arguments)
                    .toCompletableFuture()
                    .join();
            return RedisKeys.text((byte[]) reply.get(1));
        } catch (java.util.concurrent.CompletionException e) {
            return String.valueOf(e.getCause().getMessage());
        }
    }

    private static Arguments spoiling(String what, Consumer<LedgerOnRedis> spoil) {
        return Arguments.of(what, spoil);
    }

    private static Arguments malformed(String what, Consumer<Sent> malform) {
        return Arguments.of(what, malform);
    }

    private static String card(LedgerOnRedis on, String name) {
        return RedisKeys.card(on.cell, id(name));
    }
}
