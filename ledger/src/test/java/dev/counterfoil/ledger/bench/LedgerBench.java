package dev.counterfoil.ledger.bench;

import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.redis.LedgerLimits;
import dev.counterfoil.ledger.redis.LedgerMetrics;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.SetArgs;
import io.lettuce.core.XAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Posts a second and Redis' CPU time a post (as Redis itself accounts it), beside the same reads and writes sent as plain
 * pipelined commands in the same run, alternating, each round's ratio printed. A post is a redemption: key's record, card,
 * stock, one quota, journal.
 *
 * <p>Arguments: posts a round (50,000), requests in flight (16), rounds (5).
 */
public final class LedgerBench {
    private static final Cell CELL = Cell.of("bench");
    private static final int CARDS = 10_000;

    private final RedisConnection redis = Ledgers.connectRedis();
    private final RedisLedger ledger = new RedisLedger(
            redis,
            LedgerLimits.standard(),
            () -> "durable",
            at -> 1,
            (at, sequence) -> Future.succeededFuture(Optional.empty()),
            new LedgerMetrics(new SimpleMeterRegistry()),
            at -> {});
    private final int posts;
    private final int inFlight;
    private long next;

    private LedgerBench(int posts, int inFlight) {
        this.posts = posts;
        this.inFlight = inFlight;
    }

    public static void main(String[] args) {
        int posts = args.length > 0 ? Integer.parseInt(args[0]) : 50_000;
        int inFlight = args.length > 1 ? Integer.parseInt(args[1]) : 16;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        Servers.flushRedis();
        LedgerBench bench = new LedgerBench(posts, inFlight);
        bench.prepare();
        bench.run(rounds);
        System.exit(0);
    }

    private void prepare() {
        run(redis.call(commands -> commands.hset(
                bytes(RedisKeys.meta(CELL)), Map.of(bytes("epoch"), bytes("1"), bytes("seq"), bytes("0")))));
        byte[] journal = bytes(RedisKeys.journal(CELL));
        run(redis.call(commands -> commands.xadd(journal, new XAddArgs().id("0-1"), Map.of(bytes("o"), bytes("1")))));
        run(redis.call(commands -> commands.xdel(journal, "0-1")));
        for (int from = 0; from < CARDS; from += 200) {
            List<Leg> legs = new ArrayList<>();
            for (int i = from; i < from + 200; i++) {
                legs.add(new Leg.NewCardLeg(
                        id(i), "api" + i, "1" + i, "gift:CNY", 1L << 40, CardState.ACTIVE, 0, "bt_1"));
            }
            run(ledger.post(transaction(legs)));
        }
        run(ledger.post(transaction(List.of(new Leg.StockLeg("crab", 1L << 40, 0, 0)))));
    }

    private void run(int rounds) {
        System.out.printf(
                Locale.ROOT,
                "%d posts a round, %d in flight%n%-6s %12s %14s %14s %14s %8s%n",
                posts,
                inFlight,
                "round",
                "posts/s",
                "script us/post",
                "plain posts/s",
                "plain us/post",
                "ratio");
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            double[] script = measured(this::post);
            double[] plain = measured(this::plain);
            if (round > 0) {
                ratios.add(script[1] / plain[1]);
                System.out.printf(
                        Locale.ROOT,
                        "%-6d %12.0f %14.1f %14.0f %14.1f %8.2f%n",
                        round,
                        script[0],
                        script[1],
                        plain[0],
                        plain[1],
                        script[1] / plain[1]);
            }
        }
        ratios.sort(null);
        System.out.printf(Locale.ROOT, "median ratio %.2f%n", ratios.get(ratios.size() / 2));
    }

    /** Posts a second, and microseconds of Redis' CPU a post. */
    private double[] measured(java.util.function.Supplier<? extends CompletionStage<?>> one) {
        Semaphore window = new Semaphore(inFlight);
        AtomicInteger failed = new AtomicInteger();
        double cpu = cpuSeconds();
        long started = System.nanoTime();
        for (int i = 0; i < posts; i++) {
            window.acquireUninterruptibly();
            var unused = one.get().whenComplete((result, failure) -> {
                if (failure != null) {
                    failed.incrementAndGet();
                }
                window.release();
            });
        }
        window.acquireUninterruptibly(inFlight);
        double seconds = (System.nanoTime() - started) / 1e9;
        if (failed.get() > 0) {
            throw new IllegalStateException(failed.get() + " failed");
        }
        return new double[] {posts / seconds, (cpuSeconds() - cpu) * 1e6 / posts};
    }

    private double cpuSeconds() {
        String info = Ledgers.await(redis.call(commands -> commands.info("cpu")));
        return Arrays.stream(info.split("\r\n"))
                .filter(line -> line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                .sum();
    }

    private CompletionStage<Outcome> post() {
        return ledger.post(redemption()).toCompletionStage().thenApply(outcome -> {
            if (!(outcome instanceof Posted)) {
                throw new IllegalStateException(outcome.toString());
            }
            return outcome;
        });
    }

    private Transaction redemption() {
        long n = next++;
        return transaction(List.of(
                new Leg.StockLeg("crab", -1, 0, 0),
                new Leg.CardLeg(
                        List.of(id(n % CARDS)),
                        null,
                        Set.of(CardState.ACTIVE),
                        true,
                        -1,
                        List.of(new Leg.Price("gift:CNY", 29_800), new Leg.Price("pass:pick", 1)),
                        null,
                        null),
                new Leg.QuotaLeg(
                        "per_account_daily",
                        Leg.QuotaLeg.keyOf("account", "crab", "u" + n % 5_000, "2026-11-21"),
                        1,
                        1L << 40,
                        1,
                        4_000_000_000_000L,
                        4_000_000_000_000L,
                        false)));
    }

    private Transaction transaction(List<Leg> legs) {
        byte[] key = ByteBuffer.allocate(16).putLong(next++).putLong(7).array();
        return new Transaction(
                CELL,
                TransactionType.REDEMPTION,
                new IdempotencyKey("cl_bench", key, key),
                "0123456789abcdefghij",
                null,
                legs,
                new JsonObject()
                        .put("account", "u_123")
                        .put("reference", "A1")
                        .put(
                                "lines",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("item", "crab")
                                                .put("quantity", 1)
                                                .put("prices", new JsonObject().put("CNY", 29_800)))));
    }

    /** The same reads and writes, one command each, on keys of their own. */
    private CompletionStage<?> plain() {
        long n = next++;
        byte[] record = ByteBuffer.allocate(24).putLong(n).putLong(9).putLong(n).array();
        byte[] card = bytes("plain:card:" + n % CARDS);
        byte[] item = bytes("plain:item");
        byte[] quota = bytes("plain:quota:" + n % 5_000);
        return redis.dispatch(commands -> {
            var unused1 = commands.get(record);
            var unused2 = commands.hmget(card, bytes("b"), bytes("s"), bytes("t"), bytes("x"), bytes("c"), bytes("n"));
            var unused3 = commands.hget(item, bytes("u"));
            var unused4 = commands.get(quota);
            var unused5 = commands.hset(card, bytes("b"), bytes(Long.toString(n)));
            var unused6 = commands.hset(item, bytes("u"), bytes(Long.toString(n)));
            var unused7 = commands.set(quota, bytes(Long.toString(n)), SetArgs.Builder.pxAt(4_000_000_000_000L));
            if (n % 16 == 0) {
                var unused8 = commands.xadd(bytes("plain:journal"), entry());
            }
            return commands.set(record, new byte[32], SetArgs.Builder.px(86_400_000));
        });
    }

    private Map<byte[], byte[]> entry() {
        Map<byte[], byte[]> fields = new HashMap<>();
        byte[] data = redemption().request().toBuffer().getBytes();
        for (int i = 0; i < 16; i++) {
            fields.put(bytes("d" + i), Arrays.copyOf(data, 400));
            fields.put(bytes("r" + i), new byte[120]);
        }
        return fields;
    }

    private static String id(long n) {
        return String.format(Locale.ROOT, "%022d", n);
    }

    private static byte[] bytes(String text) {
        return RedisKeys.bytes(text);
    }

    private static <T> void run(Future<T> future) {
        T done = Ledgers.await(future);
        if (done == null) {
            throw new IllegalStateException("nothing came back");
        }
    }
}
