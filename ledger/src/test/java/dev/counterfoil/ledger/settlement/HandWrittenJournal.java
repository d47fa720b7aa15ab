package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.lettuce.core.ScriptOutputType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A cell in Redis whose journal, cards and items a test writes by hand, as post.lua would or as it must never. */
final class HandWrittenJournal {
    static final long NOON_MS = 1_795_262_400_000L; // 2026-11-21T12:00:00Z

    private static final byte[] APPEND = RedisKeys.bytes("redis.call('HSET', KEYS[2], 'epoch', '1', 'seq', ARGV[2])"
            + " return redis.call('XADD', KEYS[1], ARGV[1], unpack(ARGV, 3))");

    private final RedisConnection redis;
    final Cell cell;
    private final Map<String, Long> balances = new HashMap<>();
    private final Map<String, Long> units = new HashMap<>();
    private final List<byte[]> fields = new ArrayList<>();
    private long sequence;
    private long entryFirst = 1;
    private long atMs = NOON_MS;

    HandWrittenJournal(RedisConnection redis, Cell cell) {
        this.redis = redis;
        this.cell = cell;
        meta(0);
    }

    long sequence() {
        return sequence;
    }

    /** A ledger id for card {@code n}. */
    static String card(int n) {
        return "C%021d".formatted(n);
    }

    void issue(int n, long face) {
        String id = card(n);
        balances.put(id, face);
        hset(RedisKeys.card(cell, id), "b", Long.toString(face));
        hset(RedisKeys.card(cell, id), "t", "gift:CNY");
        hset(RedisKeys.card(cell, id), "n", number(n));
        JsonArray leg = new JsonArray()
                .add("new_card")
                .add(id)
                .add(api(n))
                .add(number(n))
                .add("gift:CNY")
                .add(face)
                .add("a")
                .add(0)
                .add("bt_1");
        add("issue", new JsonObject().put("batch", "bt_1"), List.of(leg), List.of(new JsonArray()));
    }

    void redeem(int n, long amount, String sku, String account, String reference) {
        long units = stocked(sku, -1);
        JsonObject request = new JsonObject()
                .put("item", sku)
                .put("account", account)
                .put("reference", reference)
                .put("metadata", new JsonObject().put("note", "\"\\\t核销"));
        add(
                "redemption",
                request,
                List.of(
                        new JsonArray().add("card").add(-1),
                        new JsonArray().add("stock").add(sku).add(-1),
                        new JsonArray().add("quota").add("6:day:u1").add(1).add(0)),
                List.of(moved(n, -amount, "a"), new JsonArray().add(units), new JsonArray().add(1)));
    }

    /** A redemption that moves a card and nothing else. */
    void debit(int n, long amount, String reference) {
        JsonObject request = new JsonObject().put("reference", reference);
        add("redemption", request, List.of(new JsonArray().add("card").add(-1)), List.of(moved(n, -amount, "a")));
    }

    void voidCard(int n) {
        long balance = balances.getOrDefault(card(n), 0L);
        hset(RedisKeys.card(cell, card(n)), "s", "v");
        add(
                "reversal",
                new JsonObject().put("batch", "bt_1"),
                List.of(new JsonArray().add("card").add(-1)),
                List.of(moved(n, -balance, "v")));
    }

    void stock(String sku, long delta) {
        long after = stocked(sku, delta);
        add(
                "stocking",
                new JsonObject().put("item", sku),
                List.of(new JsonArray().add("stock").add(sku).add(delta)),
                List.of(new JsonArray().add(after)));
    }

    void addCodes(String sku, String... ids) {
        JsonArray leg = new JsonArray().add("codes_add").add(sku).add(ids.length);
        for (String id : ids) {
            leg.add(id);
            var size = call(redis.dispatch(c -> c.rpush(bytes(RedisKeys.codes(cell, sku)), bytes(id + ":k1.AAAA"))));
        }
        add("stocking", new JsonObject().put("item", sku), List.of(leg), List.of(new JsonArray().add(ids.length)));
    }

    void takeCode(String sku, String id) {
        var popped = call(redis.dispatch(c -> c.lpop(bytes(RedisKeys.codes(cell, sku)))));
        add(
                "redemption",
                new JsonObject().put("item", sku),
                List.of(new JsonArray().add("codes").add(sku).add(-1)),
                List.of(new JsonArray().add(id + ":k1.AAAA")));
    }

    /** Adds a transaction to the entry under way. */
    void add(String type, JsonObject request, List<JsonArray> legs, List<JsonArray> results) {
        sequence++;
        JsonObject data = new JsonObject()
                .put("type", type)
                .put("client", "cl_test")
                .put("idem", hash(sequence))
                .put("fp", hash(-sequence))
                .put("durability", "durable")
                .put("request", request)
                .put("legs", new JsonArray(legs));
        JsonObject result = new JsonObject()
                .put("at", atMs == NOON_MS ? NOON_MS + sequence : atMs)
                .put("legs", new JsonArray(results));
        raw(data.encode(), result.encode());
    }

    /** Lets the transactions that follow be of one moment. */
    void at(Instant moment) {
        atMs = moment.toEpochMilli();
    }

    /** Adds a transaction of any text without counting it. */
    void raw(String data, String result) {
        fields.addAll(List.of(bytes("d"), bytes(data), bytes("r"), bytes(result)));
    }

    /** A transaction whose text is not the journal's. */
    void unreadable() {
        sequence++;
        raw("{\"type\":\"redemption\"", "{}");
    }

    /** Writes the entry under way, if anything is in it, and the cell's sequence. */
    void flush() {
        if (!fields.isEmpty()) {
            flushAs(entryFirst);
        }
    }

    /** The same under another first sequence than the right one. */
    void flushAs(long first) {
        List<byte[]> args = new ArrayList<>(List.of(bytes(first + "-0"), bytes(Long.toString(sequence))));
        args.addAll(fields);
        byte[][] keys = {bytes(RedisKeys.journal(cell)), bytes(RedisKeys.meta(cell))};
        var id = call(redis.dispatch(
                commands -> commands.eval(APPEND, ScriptOutputType.VALUE, keys, args.toArray(new byte[0][]))));
        fields.clear();
        entryFirst = sequence + 1;
    }

    /** Leaves out the sequences up to {@code next} − 1. */
    void skipTo(long next) {
        sequence = next - 1;
        entryFirst = next;
    }

    void meta(long seq) {
        hset(RedisKeys.meta(cell), "epoch", "1");
        hset(RedisKeys.meta(cell), "seq", Long.toString(seq));
    }

    void hset(String key, String field, String value) {
        var unused = call(redis.dispatch(commands -> commands.hset(bytes(key), bytes(field), bytes(value))));
    }

    static String api(int n) {
        return "A%015d".formatted(n);
    }

    static String number(int n) {
        return Long.toString(1_000_000_000_000_000L + n);
    }

    static String hash(long seed) {
        byte[] hash = new byte[16];
        ByteBuffer.wrap(hash).putLong(seed);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    private JsonArray moved(int n, long delta, String state) {
        String id = card(n);
        long after = balances.merge(id, delta, Long::sum);
        hset(RedisKeys.card(cell, id), "b", Long.toString(after));
        return new JsonArray()
                .add(id)
                .add(api(n))
                .add(number(n))
                .add("gift:CNY")
                .add(Math.abs(delta))
                .add(after)
                .add(state);
    }

    private long stocked(String sku, long delta) {
        long after = units.merge(sku, delta, Long::sum);
        hset(RedisKeys.item(cell, sku), "u", Long.toString(after));
        return after;
    }

    private static byte[] bytes(String text) {
        return RedisKeys.bytes(text);
    }

    private static <T> T call(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
