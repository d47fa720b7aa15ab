package dev.counterfoil.ledger.bench;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Outcome;
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
import dev.counterfoil.ledger.settlement.SettlementSettings;
import dev.counterfoil.ledger.settlement.Settler;
import io.lettuce.core.XAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast redemptions are posted, and how fast the journal that they left is settled, on the same machine: a backlog has to shrink
 * at twice the highest rate at which it grows. Run by hand; see CONTRIBUTING.md.
 */
public final class DrainBench {
    private static final int CARDS = 10_000;
    private static final int IN_FLIGHT = 256;

    private final SettlementBench bench = new SettlementBench();
    private final Cell cell = bench.program("demo");
    private final RedisLedger ledger = new RedisLedger(
            bench.redis,
            LedgerLimits.standard(),
            asked -> Durability.DURABLE,
            any -> 1,
            new SettledBooks(bench.database),
            new LedgerMetrics(new SimpleMeterRegistry()),
            posted -> {});
    private long next;

    private DrainBench() {}

    public static void main(String[] args) {
        int posts = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
        DrainBench bench = new DrainBench();
        bench.prepare();
        bench.run(posts);
        System.exit(0);
    }

    private void prepare() {
        byte[] meta = RedisKeys.bytes(RedisKeys.meta(cell));
        byte[] journal = RedisKeys.bytes(RedisKeys.journal(cell));
        Map<byte[], byte[]> fields = Map.of(bytes("epoch"), bytes("1"), bytes("seq"), bytes("0"));
        done(bench.redis.call(meta, commands -> commands.hset(meta, fields)));
        XAddArgs id = new XAddArgs().id("0-1");
        done(bench.redis.call(journal, commands -> commands.xadd(journal, id, Map.of(bytes("o"), bytes("1")))));
        done(bench.redis.call(journal, commands -> commands.xdel(journal, "0-1")));
        for (int from = 0; from < CARDS; from += 200) {
            List<Leg> legs = new ArrayList<>();
            for (int i = from; i < from + 200; i++) {
                legs.add(new NewCardLeg(
                        id(i), "A%015d".formatted(i), "N" + i, "gift:CNY", 1L << 40, CardState.ACTIVE, 0, "bt_1"));
            }
            done(post(TransactionType.ISSUE, legs));
        }
        done(post(TransactionType.STOCKING, List.of(new StockLeg("crab", 1L << 40, 0, 0))));
    }

    private void run(int posts) {
        redeem(posts / 10);
        drain();
        long started = System.nanoTime();
        redeem(posts);
        double rate = posts / seconds(started);
        started = System.nanoTime();
        long cpu = drain();
        double drained = posts / seconds(started);
        System.out.printf(
                "redeemed %.0f/s, drained %.0f/s: %.1f times as fast; %.1f µs of the settler's CPU a transaction%n",
                rate, drained, drained / rate, cpu / 1_000.0 / posts);
        if (bench.number("select count(*) from transactions") != next) {
            throw new IllegalStateException("not all is in the books");
        }
    }

    private void redeem(int count) {
        List<Future<Outcome>> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Leg card = new CardLeg(
                    List.of(id((int) (next % CARDS))),
                    null,
                    Set.of(CardState.ACTIVE),
                    true,
                    -1,
                    List.of(new Price("gift:CNY", 100)),
                    null,
                    null);
            out.add(post(TransactionType.REDEMPTION, List.of(card, new StockLeg("crab", -1, 0, 0))));
            if (out.size() == IN_FLIGHT) {
                out.forEach(DrainBench::posted);
                out.clear();
            }
        }
        out.forEach(DrainBench::posted);
    }

    /** Settles all that waits; returns what it took of the settling threads' CPU, in nanoseconds. */
    private long drain() {
        try (Settler settler = bench.settler(SettlementSettings.DEFAULTS)) {
            settler.start();
            while (bench.settled(cell) < next) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            return settlingNanos();
        }
    }

    private static long settlingNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("settler-"))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
                .sum();
    }

    private Future<Outcome> post(TransactionType type, List<Leg> legs) {
        byte[] key = new byte[16];
        ByteBuffer.wrap(key).putLong(++next);
        return ledger.post(new Transaction(
                cell, type, new IdempotencyKey("cl_bench", key, key), "", null, legs, new JsonObject().put("n", next)));
    }

    private static void posted(Future<Outcome> outcome) {
        if (!(done(outcome) instanceof Posted)) {
            throw new IllegalStateException("refused: " + outcome.result());
        }
    }

    @CanIgnoreReturnValue
    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static double seconds(long startedNanos) {
        return (System.nanoTime() - startedNanos) / 1e9;
    }

    private static String id(int n) {
        return "C%021d".formatted(n);
    }

    private static byte[] bytes(String text) {
        return RedisKeys.bytes(text);
    }
}
