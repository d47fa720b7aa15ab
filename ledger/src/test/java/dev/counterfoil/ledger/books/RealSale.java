package dev.counterfoil.ledger.books;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.DueLeg;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.PaidLeg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.redis.LedgerLimits;
import dev.counterfoil.ledger.redis.LedgerMetrics;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.settlement.SettledBooks;
import dev.counterfoil.ledger.settlement.SettlementBench;
import io.lettuce.core.XAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A cell on which the real ledger posts whatever a seeded random picks: issues, sales, codes, voids, freezes. */
final class RealSale {
    static final int CARDS = 700;
    static final int HOLDERS = 20;

    final Cell cell;
    private final SettlementBench bench;
    private final RedisLedger ledger;
    private final AtomicLong keys = new AtomicLong();
    private int codes;

    RealSale(SettlementBench bench, String program, Consumer<Cell> posted) {
        this.bench = bench;
        this.cell = bench.program(program);
        this.ledger = new RedisLedger(
                bench.redis,
                LedgerLimits.standard(),
                asked -> Durability.DURABLE,
                any -> 1,
                new SettledBooks(bench.database),
                new LedgerMetrics(new SimpleMeterRegistry()),
                posted);
        hset(RedisKeys.meta(cell), "epoch", "1");
        hset(RedisKeys.meta(cell), "seq", "0");
        byte[] journal = RedisKeys.bytes(RedisKeys.journal(cell));
        var made = redis(bench.redis.dispatch(
                c -> c.xadd(journal, new XAddArgs().id("0-1"), Map.of(RedisKeys.bytes("o"), RedisKeys.bytes("1")))));
        var emptied = redis(bench.redis.dispatch(c -> c.xdel(journal, "0-1")));
    }

    static String id(int n) {
        return "C%021d".formatted(n);
    }

    static String api(int n) {
        return "A%015d".formatted(n);
    }

    void open() {
        issue(0, CARDS, 10_000);
        post(TransactionType.STOCKING, List.of(new StockLeg("crab", 100_000, 0, 0)));
        addCodes(50);
    }

    /** Issues {@code count} cards of {@code face}, numbered from {@code first}. */
    void issue(int first, int count, long face) {
        for (int from = first; from < first + count; from += 100) {
            List<Leg> legs = new ArrayList<>();
            for (int n = from; n < from + 100; n++) {
                legs.add(new NewCardLeg(id(n), api(n), "N" + n, "gift:CNY", face, CardState.ACTIVE, 0, "bt_1"));
            }
            post(TransactionType.ISSUE, legs);
        }
    }

    /** Posts {@code count} random transactions, many at a time; refusals are part of life. */
    void trade(long seed, int count) {
        Random random = new Random(seed);
        List<Future<Outcome>> inFlight = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            inFlight.add(send(random));
            if (inFlight.size() == 40) {
                inFlight.forEach(RealSale::await);
                inFlight.clear();
            }
        }
        inFlight.forEach(RealSale::await);
    }

    private Future<Outcome> send(Random random) {
        int n = random.nextInt(CARDS);
        return switch (random.nextInt(20)) {
            case 0 -> submit(TransactionType.REVERSAL, List.of(card(n, -1, 10_000, 10_000L, CardState.VOID)));
            case 1 -> submit(TransactionType.ADJUSTMENT, List.of(card(n, 0, 0, null, CardState.FROZEN)));
            case 2 -> submit(TransactionType.ADJUSTMENT, List.of(card(n, 1, 7, null, null)));
            case 3 -> submit(TransactionType.STOCKING, List.of(new StockLeg("crab", random.nextInt(50) - 10, 0, 0)));
            case 5 -> account(random.nextInt(HOLDERS), 1, 1 + random.nextInt(500), null);
            case 6 -> account(random.nextInt(HOLDERS), -1, 1 + random.nextInt(300), null);
            case 7 -> account(random.nextInt(HOLDERS), 0, 0, random.nextBoolean());
            case 8 -> split(n, random.nextInt(HOLDERS), 1 + random.nextInt(12_000));
            case 4 ->
                submit(TransactionType.REDEMPTION, List.of(card(n, -1, 15, null, null), new CodesLeg("video", 1)));
            default ->
                submit(
                        TransactionType.REDEMPTION,
                        List.of(
                                card(n, -1, 1 + random.nextInt(3_000), null, null),
                                new StockLeg("crab", -1 - random.nextInt(3), 0, 0)));
        };
    }

    private Future<Outcome> account(int holder, int sign, long amount, @Nullable Boolean frozen) {
        return submit(
                TransactionType.ADJUSTMENT,
                List.of(new AccountLeg(holder(holder), "CNY", sign, amount, false, false, frozen, null)),
                holder(holder));
    }

    /** A card and a holder pay between them, as far as they have it. */
    private Future<Outcome> split(int n, int holder, long due) {
        return submit(
                TransactionType.REDEMPTION,
                List.of(
                        new DueLeg(List.of(due), List.of(List.of(0), List.of(0))),
                        card(n, -1, Price.DRAWN, null, null),
                        AccountLeg.pays(holder(holder), "CNY", Price.DRAWN),
                        new PaidLeg(true)),
                holder(holder));
    }

    /** With what would upset a key or a posting's account if it were not held apart. */
    static String holder(int n) {
        return "张三:" + n;
    }

    void addCodes(int count) {
        List<String> sealed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String code = "cd_" + cell.program() + codes++;
            bench.stageCodes(cell, code);
            sealed.add(code + ":k1.AAAA");
        }
        post(TransactionType.STOCKING, List.of(new CodesAddLeg("video", sealed)));
    }

    void hset(String key, String field, String value) {
        var unused = redis(bench.redis.dispatch(
                c -> c.hset(RedisKeys.bytes(key), RedisKeys.bytes(field), RedisKeys.bytes(value))));
    }

    String hget(String key, String field) {
        return RedisKeys.text(redis(bench.redis.dispatch(c -> c.hget(RedisKeys.bytes(key), RedisKeys.bytes(field)))));
    }

    private static CardLeg card(int n, int sign, long amount, Long expected, CardState state) {
        return new CardLeg(
                List.of(id(n)),
                null,
                Set.of(CardState.ACTIVE),
                true,
                sign,
                List.of(new Price("gift:CNY", amount)),
                expected,
                state);
    }

    private void post(TransactionType type, List<Leg> legs) {
        Outcome outcome = await(submit(type, legs));
        if (!(outcome instanceof Posted)) {
            throw new IllegalStateException(outcome.toString());
        }
    }

    private Future<Outcome> submit(TransactionType type, List<Leg> legs) {
        return submit(type, legs, null);
    }

    private Future<Outcome> submit(TransactionType type, List<Leg> legs, @Nullable String account) {
        JsonObject request = new JsonObject().put("item", "crab");
        if (account != null) {
            request.put("account", account);
        }
        byte[] record = ByteBuffer.allocate(16).putLong(keys.incrementAndGet()).array();
        IdempotencyKey key = new IdempotencyKey("cl_test", record, record);
        return ledger.post(new Transaction(cell, type, key, "req1", null, legs, request));
    }

    @CanIgnoreReturnValue
    private static <T> T await(Future<T> future) {
        return redis(future.toCompletionStage());
    }

    private static <T> T redis(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
