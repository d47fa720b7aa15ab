package dev.counterfoil.ledger.bench;

import static dev.counterfoil.ledger.testing.Ledgers.await;

import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.redis.LedgerLimits;
import dev.counterfoil.ledger.redis.LedgerMetrics;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.XAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * What a card, an idempotency record and a counter of a limit cost in Redis' memory: {@code used_memory} before and after, by
 * as many of them, beside {@code MEMORY USAGE} of some. Everything is written by the ledger itself, with ids, numbers and
 * names as long as in production; the journal is trimmed before each reading, so that only what stays is counted.
 *
 * <p>Arguments: how many of each (1,000,000). Run: see CONTRIBUTING.md. A Redis with another allocator gives other figures:
 * the allocator is printed.
 */
public final class MemoryBench {
    private static final Cell CELL = Cell.of("demo");
    private static final int CARDS_A_STEP = 200;
    private static final int IN_FLIGHT = 128;
    private static final int TRIM_EVERY = 5_000;
    private static final int SAMPLES = 200;
    private static final long FACE = 100_000;
    private static final long NEXT_YEAR_MS = 1_800_000_000_000L;

    private final RedisConnection redis = Ledgers.connectRedis();
    private final RedisLedger ledger = new RedisLedger(
            redis,
            LedgerLimits.standard(),
            asked -> Durability.DURABLE,
            at -> 1,
            (at, sequence) -> Future.succeededFuture(Optional.empty()),
            new LedgerMetrics(new SimpleMeterRegistry()),
            at -> {});
    private final Random random = new Random(1);
    private final int count;

    private MemoryBench(int count) {
        this.count = count;
    }

    public static void main(String[] args) {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        Servers.flushRedis();
        new MemoryBench(count).run();
        System.exit(0);
    }

    private void run() {
        open();
        System.out.printf(
                Locale.ROOT,
                "%,d of each; Redis %s, %s%n%-44s %12s %12s %14s %s%n",
                count,
                info("server", "redis_version"),
                info("memory", "mem_allocator"),
                "",
                "bytes each",
                "MEMORY USAGE",
                "table a key",
                "encoding");
        List<byte[]> samples = new ArrayList<>();
        measured("card without expiry, by new_card", samples, () -> cards(0, 0, samples));
        measured("card with expiry", samples, () -> cards(count, NEXT_YEAR_MS, samples));
        measured("idempotency record of a posted transaction", samples, () -> records(false, samples));
        measured("counter of a day's limit, with its record", samples, () -> records(true, samples));
    }

    private void open() {
        byte[] journal = bytes(RedisKeys.journal(CELL));
        var meta = await(redis.call(commands -> commands.hset(
                bytes(RedisKeys.meta(CELL)), Map.of(bytes("epoch"), bytes("1"), bytes("seq"), bytes("0")))));
        var made = await(redis.call(
                commands -> commands.xadd(journal, new XAddArgs().id("0-1"), Map.of(bytes("o"), bytes("1")))));
        var emptied = await(redis.call(commands -> commands.xdel(journal, "0-1")));
        // Writes to disk would take most of the time and none of the memory.
        var unsynced = await(redis.call(commands -> commands.configSet("appendfsync", "no")));
    }

    private void measured(String what, List<byte[]> samples, Runnable fill) {
        samples.clear();
        trim();
        long before = usedMemory();
        long keysBefore = await(redis.call(commands -> commands.dbsize()));
        fill.run();
        trim();
        long keys = await(redis.call(commands -> commands.dbsize())) - keysBefore;
        double bytesEach = (double) (usedMemory() - before) / count;
        double usage = samples.stream()
                .mapToLong(key -> await(redis.call(commands -> commands.memoryUsage(key))))
                .average()
                .orElse(0);
        String encoding = await(redis.call(commands -> commands.objectEncoding(samples.get(0))));
        System.out.printf(
                Locale.ROOT,
                "%-44s %12.1f %12.1f %14.2f %s%n",
                what,
                bytesEach,
                usage,
                (double) keys / count,
                encoding);
    }

    /** {@code count} cards by steps as a batch makes them; a record is left for every step of 200. */
    private void cards(int first, long expiresAtMs, List<byte[]> samples) {
        posted(count / CARDS_A_STEP, step -> {
            List<Leg> legs = new ArrayList<>();
            for (int i = 0; i < CARDS_A_STEP; i++) {
                String id = token(16);
                long number = 1_000_000_000_000_000L + first + (long) step * CARDS_A_STEP + i;
                legs.add(new NewCardLeg(
                        id,
                        token(12),
                        Long.toString(number),
                        "gift-1000:CNY",
                        FACE,
                        CardState.ACTIVE,
                        expiresAtMs,
                        "bt_1"));
                sample(samples, bytes(RedisKeys.card(CELL, id)));
            }
            return transaction(TransactionType.ISSUE, legs);
        });
    }

    /** {@code count} redemptions of one unit; with {@code counted} each by another holder, whose counter of the day begins. */
    private void records(boolean counted, List<byte[]> samples) {
        var filled =
                await(ledger.post(transaction(TransactionType.STOCKING, List.of(new StockLeg("crab-8", count, 0, 0)))));
        posted(count, i -> {
            List<Leg> legs = new ArrayList<>(List.of(new StockLeg("crab-8", -1, 0, 0)));
            String counter = QuotaLeg.keyOf("account", "crab-8", "u_" + (1_000_000 + i), "2026-11-21");
            if (counted) {
                legs.add(new QuotaLeg("per_account_daily", counter, 1, 2, 0, 0, NEXT_YEAR_MS, false));
            }
            Transaction transaction = transaction(TransactionType.REDEMPTION, legs);
            byte[] record = RedisKeys.idempotency(CELL, transaction.key().record());
            sample(samples, counted ? bytes(RedisKeys.quota(CELL, counter)) : record);
            return transaction;
        });
    }

    private void sample(List<byte[]> samples, byte[] key) {
        if (samples.size() < SAMPLES) {
            samples.add(key);
        }
    }

    /** Posts with so many in flight that 64 go in a call, and holds each to be posted. */
    private void posted(int times, IntFunction<Transaction> next) {
        Deque<Future<Outcome>> sent = new ArrayDeque<>();
        for (int i = 0; i < times; i++) {
            sent.add(ledger.post(next.apply(i)));
            if (sent.size() == IN_FLIGHT) {
                requirePosted(await(sent.remove()));
            }
            if (i % TRIM_EVERY == 0) {
                trim();
            }
        }
        sent.forEach(last -> requirePosted(await(last)));
    }

    private static void requirePosted(Outcome outcome) {
        if (!(outcome instanceof Posted)) {
            throw new IllegalStateException(outcome.toString());
        }
    }

    private Transaction transaction(TransactionType type, List<Leg> legs) {
        byte[] key = ByteBuffer.allocate(16)
                .putLong(random.nextLong())
                .putLong(random.nextLong())
                .array();
        return new Transaction(CELL, type, new IdempotencyKey("cl_bench", key, key), "", null, legs, new JsonObject());
    }

    private void trim() {
        var trimmed = await(redis.call(commands -> commands.xtrim(bytes(RedisKeys.journal(CELL)), 0)));
    }

    private long usedMemory() {
        return Long.parseLong(info("memory", "used_memory"));
    }

    private String info(String section, String field) {
        String info = await(redis.call(commands -> commands.info(section)));
        return Arrays.stream(info.split("\r\n"))
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1))
                .findFirst()
                .orElse("?");
    }

    private String token(int bytes) {
        byte[] raw = new byte[bytes];
        random.nextBytes(raw);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }

    private static byte[] bytes(String text) {
        return RedisKeys.bytes(text);
    }
}
