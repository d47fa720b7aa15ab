package dev.counterfoil.ledger.bench;

import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
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
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.XAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Posts a second and Redis' CPU time a post (as Redis itself accounts it, fsync included), by batches of 1, 4, 16 and 64,
 * beside the same reads and writes, and the writes alone, sent as plain commands in pipelines of as many posts. A post is a
 * redemption: key's record, card, stock, one quota, journal. A round measures all of them, a slice of each in turn, so that
 * what slows one for a while (a rewrite of the append-only file, a neighbour) slows the others alike; the table has the
 * medians of the rounds, and the median of their ratios. The ledger makes its batches itself: with twice as many in flight as
 * a batch is to have, one gathers while one is out. The mean that it made is printed.
 *
 * <p>Arguments: posts a measurement (20,000, 80 at least; a quarter of it at batch 1), rounds (5; 0: nothing is measured), a file for the table
 * as JSON. Run: see CONTRIBUTING.md; {@code -Pbench} runs it too.
 */
public final class LedgerBench {
    private static final Cell CELL = Cell.of("bench");
    static final int CARDS = 10_000;
    static final int ACCOUNTS = 5_000;
    static final String SKU = "crab";
    static final long BALANCE = 1L << 40;
    static final long PRICE = 29_800;
    static final long RECORD_MS = LedgerLimits.standard().postedRecord().toMillis();

    private static final int[] BATCHES = {1, 4, 16, 64};

    /** Slices of a measurement. */
    private static final int SLICES = 20;

    /** Of one measurement: posts a second, microseconds of Redis' CPU a post. */
    private record Cost(double postsASecond, double cpuMicros) {}

    /** A measurement that is made slice by slice. */
    private final class Measurement {
        private final int count;
        private final Runnable posting;
        private double seconds;
        private double cpu;

        Measurement(int count, Runnable posting) {
            this.count = count;
            this.posting = posting;
        }

        void slice() {
            double cpuBefore = cpuSeconds();
            long started = System.nanoTime();
            posting.run();
            seconds += (System.nanoTime() - started) / 1e9;
            cpu += cpuSeconds() - cpuBefore;
        }

        Cost cost() {
            return new Cost(SLICES * count / seconds, cpu * 1e6 / (SLICES * count));
        }
    }

    private final RedisConnection redis = Ledgers.connectRedis();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RedisLedger ledger = new RedisLedger(
            redis,
            LedgerLimits.standard(),
            asked -> Durability.DURABLE,
            at -> 1,
            (at, sequence) -> Future.succeededFuture(Optional.empty()),
            new LedgerMetrics(meters),
            at -> {});
    private final int posts;
    private final int rounds;
    private long next;
    private long keys;

    private LedgerBench(int posts, int rounds) {
        this.posts = posts;
        this.rounds = rounds;
    }

    public static void main(String[] args) throws IOException {
        int posts = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
        if (posts < 4 * SLICES) {
            throw new IllegalArgumentException("posts: " + posts + " (expected: at least " + 4 * SLICES + ")");
        }
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        Path json = args.length > 2 ? Path.of(args[2]) : null;
        if (json != null) {
            // One of another run would be taken for this one's.
            boolean unused = Files.deleteIfExists(json);
        }
        if (rounds > 0) {
            Servers.flushRedis();
            LedgerBench bench = new LedgerBench(posts, rounds);
            bench.prepare();
            JsonArray table = bench.compare();
            if (json != null) {
                Path unused = Files.writeString(json, table.encodePrettily());
            }
        }
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
                legs.add(new NewCardLeg(id(i), "api" + i, "1" + i, "gift:CNY", BALANCE, CardState.ACTIVE, 0, "bt_1"));
            }
            run(ledger.post(transaction(legs)));
        }
        run(ledger.post(transaction(List.of(new StockLeg(SKU, BALANCE, 0, 0)))));
    }

    private JsonArray compare() {
        run(ledger.post(redemption()));
        List<byte[]> posted = lastEntry();
        PlainPosts plain = new PlainPosts(true, posted.get(1), posted.get(3));
        PlainPosts writes = new PlainPosts(false, posted.get(1), posted.get(3));
        List<List<Cost>> script = measurements();
        List<List<Cost>> reading = measurements();
        List<List<Cost>> writing = measurements();
        double[] made = new double[BATCHES.length];
        for (int round = 0; round <= rounds; round++) {
            for (int b = 0; b < BATCHES.length; b++) {
                int batch = BATCHES[b];
                int count = (batch == 1 ? posts / 4 : posts) / SLICES;
                double calls = calls();
                Measurement ofScript = new Measurement(count, () -> post(count, batch));
                Measurement ofPlain = new Measurement(count, () -> plain.post(count, batch));
                Measurement ofWrites = new Measurement(count, () -> writes.post(count, batch));
                for (int slice = 0; slice < SLICES; slice++) {
                    ofScript.slice();
                    ofPlain.slice();
                    ofWrites.slice();
                }
                made[b] = SLICES * count / (calls() - calls);
                if (round > 0) {
                    script.get(b).add(ofScript.cost());
                    reading.get(b).add(ofPlain.cost());
                    writing.get(b).add(ofWrites.cost());
                }
            }
        }
        print(made, script, reading, writing);
        JsonArray table = new JsonArray();
        for (int b = 0; b < BATCHES.length; b++) {
            table.add(new JsonObject()
                    .put("batch", BATCHES[b])
                    .put("made", made[b])
                    .put("posts_per_second", median(script.get(b).stream().mapToDouble(Cost::postsASecond)))
                    .put("redis_cpu_us", median(script.get(b).stream().mapToDouble(Cost::cpuMicros)))
                    .put("plain_redis_cpu_us", median(reading.get(b).stream().mapToDouble(Cost::cpuMicros)))
                    .put("ratio", median(Arrays.stream(ratios(script.get(b), reading.get(b))))));
        }
        return table;
    }

    /** Of the journal: names and values in turn, of the request's data and of its result. */
    private List<byte[]> lastEntry() {
        byte[] journal = bytes(RedisKeys.journal(CELL));
        return Ledgers.await(redis.call(commands -> commands.xrevrange(journal, Range.unbounded(), Limit.from(1))))
                .get(0)
                .getBody()
                .entrySet()
                .stream()
                .flatMap(pair -> Stream.of(pair.getKey(), pair.getValue()))
                .toList();
    }

    private static List<List<Cost>> measurements() {
        List<List<Cost>> ofBatches = new ArrayList<>();
        for (int ignored : BATCHES) {
            ofBatches.add(new ArrayList<>());
        }
        return ofBatches;
    }

    private void print(double[] made, List<List<Cost>> script, List<List<Cost>> reading, List<List<Cost>> writing) {
        System.out.printf(
                Locale.ROOT,
                "%d posts a measurement, medians of %d rounds; CPU is Redis', in microseconds a post%n"
                        + "%-6s %6s | %8s %8s | %8s %8s %6s %11s | %8s %6s%n",
                posts,
                rounds,
                "batch",
                "made",
                "script/s",
                "cpu",
                "plain/s",
                "cpu",
                "ratio",
                "(least-most)",
                "writes",
                "ratio");
        for (int b = 0; b < BATCHES.length; b++) {
            double[] ratios = ratios(script.get(b), reading.get(b));
            System.out.printf(
                    Locale.ROOT,
                    "%-6d %6.1f | %8.0f %8.1f | %8.0f %8.1f %6.2f %11s | %8.1f %6.2f%n",
                    BATCHES[b],
                    made[b],
                    median(script.get(b).stream().mapToDouble(Cost::postsASecond)),
                    median(script.get(b).stream().mapToDouble(Cost::cpuMicros)),
                    median(reading.get(b).stream().mapToDouble(Cost::postsASecond)),
                    median(reading.get(b).stream().mapToDouble(Cost::cpuMicros)),
                    median(Arrays.stream(ratios)),
                    String.format(Locale.ROOT, "(%.2f-%.2f)", ratios[0], ratios[ratios.length - 1]),
                    median(writing.get(b).stream().mapToDouble(Cost::cpuMicros)),
                    median(Arrays.stream(ratios(script.get(b), writing.get(b)))));
        }
    }

    /** Round by round, sorted. */
    private static double[] ratios(List<Cost> script, List<Cost> plain) {
        return IntStream.range(0, script.size())
                .mapToDouble(round ->
                        script.get(round).cpuMicros() / plain.get(round).cpuMicros())
                .sorted()
                .toArray();
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Calls of the script so far. */
    private double calls() {
        return meters.get("counterfoil.ledger.batch.size").summary().count();
    }

    private void post(int count, int batch) {
        int inFlight = batch == 1 ? 1 : 2 * batch;
        Semaphore window = new Semaphore(inFlight);
        AtomicInteger failed = new AtomicInteger();
        for (int i = 0; i < count; i++) {
            window.acquireUninterruptibly();
            var unused = ledger.post(redemption()).onComplete(result -> {
                if (!(result.result() instanceof Posted)) {
                    failed.incrementAndGet();
                }
                window.release();
            });
        }
        window.acquireUninterruptibly(inFlight);
        if (failed.get() > 0) {
            throw new IllegalStateException(failed.get() + " not posted");
        }
    }

    private double cpuSeconds() {
        String info = Ledgers.await(redis.call(commands -> commands.info("cpu")));
        return Arrays.stream(info.split("\r\n"))
                .filter(line -> line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                .sum();
    }

    private Transaction redemption() {
        long n = next++;
        return transaction(List.of(
                new StockLeg(SKU, -1, 0, 0),
                new CardLeg(
                        List.of(id(n % CARDS)),
                        null,
                        Set.of(CardState.ACTIVE),
                        true,
                        -1,
                        List.of(new Price("gift:CNY", PRICE), new Price("pass:pick", 1)),
                        null,
                        null),
                new QuotaLeg(
                        "per_account_daily",
                        quotaKey(n),
                        1,
                        1L << 40,
                        1,
                        4_000_000_000_000L,
                        4_000_000_000_000L,
                        false)));
    }

    private Transaction transaction(List<Leg> legs) {
        byte[] key = ByteBuffer.allocate(16).putLong(keys++).putLong(7).array();
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

    static String quotaKey(long n) {
        return QuotaLeg.keyOf("account", SKU, "u" + n % ACCOUNTS, "2026-11-21");
    }

    static String id(long n) {
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
