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
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.model.SampleLegs;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
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

    /**
     * A call of the script, to be spoilt, without the numbers of values: of the call, of its one transaction, of its shape, and
     * that transaction's own.
     */
    private record Sent(
            List<byte[]> keys,
            List<Object> head,
            List<Object> header,
            List<Object> shape,
            List<Object> own,
            byte[] data) {
        /** The values of the first leg of that kind, its kind the first of them, up to the end of all. */
        List<Object> leg(String kind) {
            return shape.subList(shape.indexOf(kind), shape.size());
        }

        List<Object> lastLeg(String kind) {
            return shape.subList(shape.lastIndexOf(kind), shape.size());
        }

        /** What is packed of its transaction, with a number of values that its shape is said to have. */
        List<Object> transaction(long values) {
            List<Object> all = new ArrayList<>(List.of((long) own.size()));
            all.addAll(header);
            all.add(text(counted(shape, values)));
            all.addAll(own);
            return all;
        }

        /** What is packed of the call, with a number of values that it is said to have more than it has. */
        byte[] packed(long more) {
            List<Object> all = new ArrayList<>(head);
            all.addAll(transaction(shape.size()));
            return counted(all, all.size() + more);
        }

        byte[][] args() {
            return args(packed(0));
        }

        byte[][] args(byte[] packed) {
            return new byte[][] {packed, data};
        }
    }

    private static byte[] counted(List<Object> values, long count) {
        List<Object> all = new ArrayList<>(values);
        all.add(0, count);
        return PackedValues.write(all);
    }

    private static String text(byte[] packed) {
        return new String(packed, StandardCharsets.ISO_8859_1);
    }

    static Stream<Arguments> malformations() {
        return Stream.of(
                malformed("an unknown kind", sent -> sent.leg("stock").set(0, "stocks")),
                malformed("a kind that is none", sent -> sent.leg("stock").set(0, 5L)),
                malformed("legs that are a list", sent -> {
                    List<Object> legs = sent.shape().subList(1, sent.shape().size());
                    List<Object> list = List.copyOf(legs);
                    legs.clear();
                    legs.add(list);
                }),
                malformed("an expiry that is a text", sent -> sent.leg("card").set(13, "7000000000000")),
                malformed("an expiry below none", sent -> sent.leg("card").set(13, -2L)),
                malformed("an amount that is a text", sent -> sent.leg("card").set(8, "10")),
                malformed("an amount with a fraction", sent -> sent.leg("card").set(8, 1.5)),
                malformed(
                        "an amount that is no number", sent -> sent.leg("card").set(8, Double.NaN)),
                malformed("an amount beyond 2^53-1", sent -> sent.leg("card").set(8, 1L << 53)),
                malformed(
                        "an amount below any meaning", sent -> sent.leg("card").set(8, -10L)),
                malformed("a price without an amount", sent -> sent.leg("card").remove(8)),
                malformed("no prices", sent -> sent.leg("card").set(6, 0L)),
                malformed("more prices than there are", sent -> sent.leg("card").set(6, 500L)),
                malformed("prices without end", sent -> sent.leg("card").set(6, 1L << 52)),
                malformed("no candidates", sent -> sent.leg("card").set(2, 0L)),
                malformed(
                        "more candidates than there are",
                        sent -> sent.leg("card").set(2, 2L)),
                malformed("candidates without end", sent -> sent.leg("card").set(2, 1L << 52)),
                malformed("an id that breaks JSON", sent -> sent.own().set(1, "a\"")),
                malformed("an id that is a list", sent -> sent.own().set(1, List.of("a"))),
                malformed(
                        "expiry to be refused perhaps", sent -> sent.leg("card").set(4, 1L)),
                malformed("perhaps untold", sent -> sent.leg("card").set(1, 1L)),
                malformed("perhaps more of a card", sent -> sent.lastLeg("card").set(9, "")),
                malformed("a state that is none", sent -> sent.leg("new_card").set(3, "z")),
                malformed("two states in one", sent -> sent.leg("new_card").set(3, "ai")),
                malformed("a word that breaks JSON", sent -> sent.own().set(4, "10\0b")),
                malformed("a value too few", sent -> sent.shape().remove(1)),
                malformed(
                        "the last value missing",
                        sent -> sent.shape().remove(sent.shape().size() - 1)),
                malformed("a value too many", sent -> sent.shape().add(0L)),
                malformed("a value of its own too few", sent -> sent.own().remove(0)),
                malformed("a value of its own too many", sent -> sent.own().add("x")),
                malformed("a value of its own that is none", sent -> sent.own().set(0, null)),
                malformed(
                        "a value that is none at the end", sent -> sent.shape().add(null)),
                malformed(
                        "a value that is none between",
                        sent -> sent.leg("stock").add(1, null)),
                malformed("a leg too many", sent -> sent.shape().addAll(List.of("hold", 1L))),
                malformed("the last leg missing", sent -> sent.lastLeg("quota").clear()),
                malformed("a flag that is none", sent -> sent.leg("account").set(6, "2")),
                malformed(
                        "an asset that breaks JSON", sent -> sent.leg("account").set(1, "C\"Y")),
                malformed(
                        "an account that pays less than nothing",
                        sent -> sent.leg("account").set(3, -1L)),
                malformed("attributes without end", sent -> sent.leg("account").set(10, 1L << 52)),
                malformed("a payer that is paid", sent -> sent.lastLeg("card").set(5, 1L)),
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
                malformed("fewer counters than quotas", sent -> sent.header().set(0, 0L)),
                malformed("more keys than there are", sent -> sent.header().set(1, 99L)),
                malformed(
                        "a key too few", sent -> sent.keys().remove(sent.keys().size() - 1)),
                malformed("a key too many", sent -> sent.keys().add(bytes("x"))),
                malformed("more values than there are", sent -> sent.head().set(5, 9L)),
                malformed("fewer values than there are", sent -> sent.head().set(5, 1L)),
                malformed("a value of the call too few", sent -> sent.head().remove(5)),
                malformed("a limit in words", sent -> sent.head().set(2, "1000")),
                malformed("a limit that is none", sent -> sent.head().set(2, -1L)),
                malformed("a refusal that never expires", sent -> sent.head().set(4, 0L)),
                malformed("a record that never expires", sent -> sent.head().set(3, 0L)),
                malformed("a floor that is no number", sent -> sent.head().set(1, "0")),
                malformed("a catalog that is no number", sent -> sent.shape().set(0, "1")),
                malformed("a short fingerprint", sent -> sent.header().set(2, "short")),
                malformed("a fingerprint that is a list", sent -> {
                    sent.header().set(2, Collections.nCopies(16, 1L));
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
        List<byte[]> args = new ArrayList<>();
        List<Object> packed = new ArrayList<>(sent.head());
        packed.set(5, 2_000L);
        for (int i = 0; i < 2_000; i++) {
            keys.add(RedisKeys.idempotency(on.cell, SampleLegs.sixteen("k" + i)));
            packed.addAll(sent.transaction(sent.shape().size()));
            args.add(sent.data());
        }
        args.add(0, counted(packed, packed.size()));
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
        assertThat(onOneKey(account, stock("eel", 1))).isEqualTo("faulty");
        assertThat(on.everything()).isEqualTo(before);
    }

    /** It stands in refusals alone. */
    @Test
    void a_request_id_that_breaks_json_is_found_before_a_refusal_is_pinned() {
        Sent sent = sent(debit("a", 101));
        sent.header().set(3, "r\"");
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
        byte[] packed = sent.packed(0);
        Map<String, String> before = on.everything();
        for (byte[] spoilt : List.of(
                new byte[0],
                Arrays.copyOf(packed, packed.length - 1),
                PackedValues.write(List.of("text")),
                sent.packed(-1),
                sent.packed(1),
                sent.packed(1L << 50))) {
            assertThat(run(sent.keys(), sent.args(spoilt))).startsWith("ERR post:");
        }
        for (long counted : new long[] {0, 1}) {
            List<Object> more = PackedValues.read(packed);
            more.set(0, (Long) more.get(0) + counted);
            more.add("x");
            assertThat(run(sent.keys(), sent.args(PackedValues.write(more)))).startsWith("ERR post:");
        }
        assertThat(on.everything()).isEqualTo(before);
    }

    @Test
    void a_shape_that_cannot_be_unpacked_is_found_before_the_first_write() {
        Sent sent = sent(ALL_KINDS);
        List<Object> shape = sent.shape();
        byte[] packed = counted(shape, shape.size());
        List<Object> more = new ArrayList<>(shape);
        more.add("x");
        Map<String, String> before = on.everything();
        for (byte[] spoilt : List.of(
                new byte[0],
                Arrays.copyOf(packed, packed.length - 1),
                PackedValues.write(List.of("text")),
                counted(more, shape.size()),
                counted(shape, shape.size() - 1),
                counted(shape, shape.size() + 1),
                counted(shape, 1L << 50))) {
            List<Object> all = new ArrayList<>(sent.head());
            all.addAll(sent.transaction(0));
            all.set(10, text(spoilt));
            // Twice, since what is known of a shape is kept.
            for (int times = 0; times < 2; times++) {
                assertThat(run(sent.keys(), sent.args(counted(all, all.size()))))
                        .isEqualTo("faulty");
            }
        }
        assertThat(on.everything()).isEqualTo(before);
    }

    /** More of them than are kept. */
    @Test
    void shapes_may_be_many() {
        for (int i = 0; i < 60; i++) {
            Price[] prices = new Price[300];
            for (int price = 0; price < prices.length; price++) {
                prices[price] = new Price("type-" + i + "-" + price + ":CNY", 1);
            }
            prices[299] = new Price("gift:CNY", 1);
            CardLeg debit = new CardLeg(
                    List.of(id("a")), null, Set.of(CardState.ACTIVE), true, -1, List.of(prices), null, null);
            assertThat(on.post("k" + i, debit)).isInstanceOf(Posted.class);
        }
        assertThat(on.hget(card(on, "a"), "b")).contains("40");
    }

    private Sent sent(Leg... legs) {
        return sent("k", legs);
    }

    private Sent sent(String key, Leg... legs) {
        PostCall call = new PostCall(on.transaction(key, key, legs), Durability.DURABLE);
        List<byte[]> keys = new ArrayList<>(List.of(bytes(RedisKeys.meta(on.cell)), bytes(RedisKeys.journal(on.cell))));
        keys.addAll(call.wholes());
        keys.addAll(call.keys());
        List<Object> head = new ArrayList<>(
                List.of("1", 0L, 1_000L, 60_000L, 60_000L, (long) call.wholes().size()));
        List<Object> packed = PackedValues.read(call.packed().toBytes());
        List<Object> own = new ArrayList<>(packed.subList(6, packed.size()));
        assertThat(packed.get(0)).isEqualTo((long) own.size());
        List<Object> shape = PackedValues.read(((String) packed.get(5)).getBytes(StandardCharsets.ISO_8859_1));
        assertThat(shape.remove(0)).isEqualTo((long) shape.size());
        return new Sent(keys, head, new ArrayList<>(packed.subList(1, 5)), shape, own, call.journaled());
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

    /** What its legs took beyond its own keys is the next one's, of which nothing may have been moved. */
    @Test
    void a_malformed_transaction_moves_nothing_of_the_next_one_of_its_batch() {
        Sent units = sent("units", stock("eel", 1), stock("crab", -5));
        units.keys().remove(units.keys().size() - 1);
        units.header().set(1, 1L);
        Sent counters = sent("counters", quota("p", 1, 100), quota("r", 1, 100));
        counters.keys().remove(counters.keys().size() - 1);
        counters.header().set(0, 1L);
        counters.head().set(5, 2L);
        assertThat(runAll(units, sent("first", stock("crab", -1)))).containsExactly("faulty", "posted");
        assertThat(on.hget(RedisKeys.item(on.cell, "crab"), "u")).contains("8");
        assertThat(runAll(counters, sent("second", stock("crab", -1)))).containsExactly("faulty", "posted");
        assertThat(on.post("second", stock("crab", -1)).replayed()).isTrue();
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

    /** Runs transactions in one call; their statuses. */
    private List<String> runAll(Sent... all) {
        List<byte[]> keys = new ArrayList<>(all[0].keys().subList(0, 2));
        List<byte[]> others = new ArrayList<>();
        List<byte[]> args = new ArrayList<>();
        List<Object> packed = new ArrayList<>(all[0].head());
        for (Sent one : all) {
            int wholes = 2 + ((Long) one.head().get(5)).intValue();
            keys.addAll(one.keys().subList(2, wholes));
            others.addAll(one.keys().subList(wholes, one.keys().size()));
            packed.addAll(one.transaction(one.shape().size()));
            args.add(one.data());
        }
        packed.set(5, keys.size() - 2L);
        keys.addAll(others);
        args.add(0, counted(packed, packed.size()));
        List<Object> reply = reply(keys, args.toArray(new byte[0][]));
        return IntStream.range(0, all.length)
                .mapToObj(i -> RedisKeys.text((byte[]) reply.get(1 + 3 * i)))
                .toList();
    }

    private List<Object> reply(List<byte[]> keys, byte[][] arguments) {
        return on.script("post")
                .<List<Object>>run(on.redis, ScriptOutputType.MULTI, keys.toArray(new byte[0][]), arguments)
                .toCompletableFuture()
                .join();
    }

    private String run(List<byte[]> keys, byte[][] arguments) {
        try {
            return RedisKeys.text((byte[]) reply(keys, arguments).get(1));
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
