package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.model.SampleLegs.debit;
import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.model.SampleLegs.quota;
import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.model.SampleLegs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a call says is proved as what is stored is: before the first write. */
class PostMalformedIT extends OnStockedCell {
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

    private static Arguments malformed(String what, Consumer<Sent> malform) {
        return Arguments.of(what, malform);
    }
}
