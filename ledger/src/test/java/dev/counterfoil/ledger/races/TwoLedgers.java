package dev.counterfoil.ledger.races;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.books.Reconcile;
import dev.counterfoil.ledger.model.SampleLegs;
import dev.counterfoil.ledger.redis.LedgerLimits;
import dev.counterfoil.ledger.redis.LedgerMetrics;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.settlement.SettledBooks;
import dev.counterfoil.ledger.settlement.SettlementBench;
import dev.counterfoil.ledger.settlement.Settler;
import dev.counterfoil.ledger.testing.Ledgers;
import io.lettuce.core.XAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Two ledgers, each with a connection and queues of its own, on one Redis that is settled meanwhile. */
final class TwoLedgers implements AutoCloseable {
    private static final int THREADS = 8;

    private final SettlementBench bench = new SettlementBench();
    private final Settler settler = bench.settler(SettlementBench.quick());
    private final List<RedisConnection> connections = List.of(Ledgers.connectRedis(), Ledgers.connectRedis());
    private final RedisConnection reading = Ledgers.connectRedis();
    private final List<RedisLedger> ledgers =
            connections.stream().map(this::ledger).toList();
    private int programs;

    TwoLedgers() {
        settler.start();
    }

    private RedisLedger ledger(RedisConnection connection) {
        return new RedisLedger(
                connection,
                LedgerLimits.standard(),
                asked -> Durability.DURABLE,
                any -> 1,
                new SettledBooks(bench.database),
                new LedgerMetrics(new SimpleMeterRegistry()),
                settler::markDirty);
    }

    /** A new open cell with the items {@code crab}, {@code tea} and {@code video}, without stock. */
    Cell cell() {
        Cell cell = Cell.of("race" + ++programs);
        byte[] journal = RedisKeys.bytes(RedisKeys.journal(cell));
        XAddArgs before = new XAddArgs().id("0-1");
        Map<byte[], byte[]> any = Map.of(RedisKeys.bytes("o"), RedisKeys.bytes("1"));
        var meta = await(reading.call(commands -> commands.hset(
                RedisKeys.bytes(RedisKeys.meta(cell)),
                Map.of(RedisKeys.bytes("epoch"), RedisKeys.bytes("1"), RedisKeys.bytes("seq"), RedisKeys.bytes("0")))));
        var made = await(reading.call(commands -> commands.xadd(journal, before, any)));
        var emptied = await(reading.call(commands -> commands.xdel(journal, "0-1")));
        // Only now: a cell that the books call open and Redis does not know is a lost one.
        Cell known = bench.program(cell.program());
        bench.database
                .jdbi()
                .useHandle(handle -> handle.execute(
                        "insert into item (program, sku, name, kind, prices, version)"
                                + " values (?, 'tea', 'Tea', 'goods', '{\"CNY\": 100}', 1)",
                        cell.program()));
        return known;
    }

    /** A redemption under a key of that name; {@code account} is who it is for. */
    static Transaction redemption(Cell cell, String key, @Nullable String account, Leg... legs) {
        Transaction plain = SampleLegs.transaction(cell, key, key, legs);
        JsonObject request = account == null ? new JsonObject() : new JsonObject().put("account", account);
        return new Transaction(
                cell, TransactionType.REDEMPTION, plain.key(), plain.requestId(), null, plain.legs(), request);
    }

    /** Posts what a race begins from; it has to be posted. */
    @CanIgnoreReturnValue
    Posted post(Cell cell, TransactionType type, String key, @Nullable String account, Leg... legs) {
        Transaction plain = redemption(cell, key, account, legs);
        Outcome outcome = await(ledgers.get(0)
                .post(new Transaction(
                        cell, type, plain.key(), plain.requestId(), null, plain.legs(), plain.request())));
        assertThat(outcome).isInstanceOf(Posted.class);
        return (Posted) outcome;
    }

    /** Posts {@code racers} transactions at once, every other one through the other ledger; the outcomes in their order. */
    List<Outcome> race(int racers, IntFunction<Transaction> racer) {
        List<Transaction> transactions = new ArrayList<>();
        for (int i = 0; i < racers; i++) {
            transactions.add(racer.apply(i));
        }
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<java.util.concurrent.Future<List<Future<Outcome>>>> shares = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread;
                shares.add(threads.submit(() -> {
                    start.await();
                    List<Future<Outcome>> sent = new ArrayList<>();
                    for (int i = first; i < racers; i += THREADS) {
                        // Odd and even would always send each thread to one ledger.
                        sent.add(ledgers.get((i + i / THREADS) % 2).post(transactions.get(i)));
                    }
                    return sent;
                }));
            }
            start.countDown();
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < racers; i++) {
                outcomes.add(
                        await(shares.get(i % THREADS).get(30, TimeUnit.SECONDS).get(i / THREADS)));
            }
            return outcomes;
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
    }

    static long posted(List<Outcome> outcomes) {
        return outcomes.stream().filter(Posted.class::isInstance).count();
    }

    static long refused(List<Outcome> outcomes, Refusal reason) {
        return outcomes.stream()
                .filter(outcome -> outcome instanceof Refused && ((Refused) outcome).reason() == reason)
                .count();
    }

    /** The journal of the cell, added up. */
    JournalSums journal(Cell cell) {
        return JournalSums.of(reading, cell);
    }

    /** Every value that the journal moved is stored as the journal adds it up, and Redis and the books agree. */
    void requireBalanced(Cell cell) {
        JournalSums sums = journal(cell);
        sums.values()
                .forEach((place, value) ->
                        assertThat(stored(place)).as("%s", place).isEqualTo(value));
        assertThat(stored(new JournalSums.Place(RedisKeys.meta(cell), "seq"))).isEqualTo(sums.transactions());
        var result = new Reconcile(bench.database, reading, settler::markDirty, Duration.ofSeconds(30))
                .program(cell.program());
        assertThat(result.differences()).as(result.table()).isEmpty();
        assertThat(result.cells()).hasSize(1);
    }

    /** An integer of a hash's field, or of a string where the field is empty; 0 where nothing is stored. */
    long stored(JournalSums.Place place) {
        byte[] key = RedisKeys.bytes(place.key());
        byte[] value = await(reading.call(commands ->
                place.field().isEmpty() ? commands.get(key) : commands.hget(key, RedisKeys.bytes(place.field()))));
        return value == null ? 0 : Long.parseLong(RedisKeys.text(value));
    }

    @Override
    public void close() {
        settler.close();
        connections.forEach(RedisConnection::close);
        reading.close();
        bench.close();
    }
}
