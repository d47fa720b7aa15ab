package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.model.SampleLegs.id;
import static dev.counterfoil.ledger.model.SampleLegs.newCard;
import static dev.counterfoil.ledger.model.SampleLegs.quota;
import static dev.counterfoil.ledger.model.SampleLegs.stock;
import static dev.counterfoil.ledger.redis.LedgerOnRedis.bytes;
import static org.assertj.core.api.Assertions.assertThat;

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
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.PaidLeg;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.model.SampleLegs;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A cell with something of every kind, a transaction that touches all of it, and ways to send a call that is spoilt. */
abstract class OnStockedCell {
    static final Leg[] ALL_KINDS = {
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

    LedgerOnRedis on;

    static Leg follow(@Nullable Closing closing, long before) {
        return new FollowLeg(
                1,
                closing,
                "state",
                0,
                7_000_000_000_001L,
                7_000_000_000_002L,
                List.of(new FollowLeg.Part("a:CNY", before, 1, 9), new FollowLeg.Part("i:crab", before, 1, 9)));
    }

    static Leg debitAndExtend() {
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

    /**
     * A call of the script, to be spoilt, without the numbers of values: of the call, of its one transaction, of its shape, and
     * that transaction's own.
     */
    record Sent(
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

    static byte[] counted(List<Object> values, long count) {
        List<Object> all = new ArrayList<>(values);
        all.add(0, count);
        return PackedValues.write(all);
    }

    static String text(byte[] packed) {
        return new String(packed, StandardCharsets.ISO_8859_1);
    }

    Sent sent(Leg... legs) {
        return sent("k", legs);
    }

    Sent sent(String key, Leg... legs) {
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

    /** Runs transactions in one call; their statuses. */
    List<String> runAll(Sent... all) {
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

    List<Object> reply(List<byte[]> keys, byte[][] arguments) {
        return on.script("post")
                .<List<Object>>run(on.redis, ScriptOutputType.MULTI, keys.toArray(new byte[0][]), arguments)
                .toCompletableFuture()
                .join();
    }

    String run(List<byte[]> keys, byte[][] arguments) {
        try {
            return RedisKeys.text((byte[]) reply(keys, arguments).get(1));
        } catch (java.util.concurrent.CompletionException e) {
            return String.valueOf(e.getCause().getMessage());
        }
    }

    static String card(LedgerOnRedis on, String name) {
        return RedisKeys.card(on.cell, id(name));
    }
}
