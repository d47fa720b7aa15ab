package dev.counterfoil.ledger.redis;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.model.SampleLegs;
import dev.counterfoil.ledger.model.Timing;
import dev.counterfoil.ledger.model.TrialCell;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A cell of its own on the real Redis of the tests, with short ways to make, post and look. */
final class LedgerOnRedis implements TrialCell {
    private static final AtomicLong NEXT = new AtomicLong();

    /** A database of its own: {@link CellContents} looks through all keys of it, and other tests leave many. */
    private static final String DATABASE = "/9";

    /** Ends a journal at a sequence, its last id too: deleting alone would leave the stream its memory of later ids. */
    private static final Script CUT = Script.of("""
            local kept = redis.call('XRANGE', KEYS[1], '-', ARGV[1] .. '-0')
            redis.call('DEL', KEYS[1])
            for _, entry in ipairs(kept) do
              redis.call('XADD', KEYS[1], entry[1], unpack(entry[2]))
            end
            return #kept
            """);

    final Cell cell;
    final RedisConnection redis;
    final RedisLedger ledger;
    private final KernelScripts scripts;
    private final boolean ownConnection;
    private long clockMs;

    LedgerOnRedis() {
        this(newCell(), connect(), true, KernelScripts.shipped(), LedgerLimits.standard());
    }

    /** A cell on a connection that others use too and that stays open. */
    LedgerOnRedis(RedisConnection redis, KernelScripts scripts, LedgerLimits limits) {
        this(newCell(), redis, false, scripts, limits);
    }

    /** That cell on a connection that others use too and that stays open. */
    LedgerOnRedis(Cell cell, RedisConnection redis, KernelScripts scripts, LedgerLimits limits) {
        this(cell, redis, false, scripts, limits);
    }

    /** A cell on a connection of its own. */
    LedgerOnRedis(KernelScripts scripts, LedgerLimits limits) {
        this(newCell(), connect(), true, scripts, limits);
    }

    private LedgerOnRedis(
            Cell cell, RedisConnection redis, boolean ownConnection, KernelScripts scripts, LedgerLimits limits) {
        this.cell = cell;
        this.redis = redis;
        this.ownConnection = ownConnection;
        this.scripts = scripts;
        this.ledger = another(limits);
        clockMs = timing().startMs();
        byte[] journal = bytes(RedisKeys.journal(cell));
        // Sent together, answered together.
        Future<?> meta = redis.call(
                journal,
                commands -> commands.hset(
                        bytes(RedisKeys.meta(cell)),
                        Map.of(
                                bytes("epoch"),
                                bytes("1"),
                                bytes("seq"),
                                bytes("0"),
                                bytes("clock"),
                                bytes("" + clockMs))));
        Future<?> opened = redis.call(
                journal,
                commands -> commands.xadd(
                        journal, new io.lettuce.core.XAddArgs().id("0-1"), Map.of(bytes("opened"), bytes("1"))));
        Future<?> emptied = redis.call(journal, commands -> commands.xdel(journal, "0-1"));
        var unused = await(Future.join(meta, opened, emptied));
    }

    /** A cell that no other test has. */
    static Cell newCell() {
        return Cell.of(
                "t" + NEXT.incrementAndGet() + "x" + ThreadLocalRandom.current().nextInt(1_000_000));
    }

    /** A cell on a connection of its own that goes by the server's clock or by a controlled one. */
    static LedgerOnRedis open(KernelScripts scripts, Timing timing, LedgerLimits limits) {
        return new LedgerOnRedis(timing == Timing.CONTROLLED ? scripts.onControlledClock() : scripts, limits);
    }

    Script script(String name) {
        return scripts.apply(name);
    }

    static RedisConnection connect() {
        return RedisConnection.open(Servers.redisUri() + DATABASE, Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    private Timing timing() {
        return scripts.clockIsControlled() ? Timing.CONTROLLED : Timing.REAL;
    }

    @Override
    public Cell cell() {
        return cell;
    }

    @Override
    public RedisLedger ledger() {
        return ledger;
    }

    @Override
    public RedisLedger another(LedgerLimits limits) {
        return new RedisLedger(
                redis,
                limits,
                asked -> Durability.DURABLE,
                at -> 1,
                (at, sequence) -> Future.succeededFuture(Optional.empty()),
                new LedgerMetrics(new SimpleMeterRegistry()),
                at -> {},
                scripts);
    }

    @Override
    public long nowMs() {
        return scripts.clockIsControlled() ? clockMs : await(ledger.now(cell)).toEpochMilli();
    }

    @Override
    public void moveClock(long toMs) {
        if (!scripts.clockIsControlled()) {
            throw new IllegalStateException("the server's clock cannot be moved");
        }
        clockMs = toMs;
        meta("clock", toMs);
    }

    @Override
    public void publishCatalog(long version) {
        meta("catalog", version);
    }

    @Override
    public void loseHistory(long sequence) {
        meta("seq", sequence);
        CUT.<Long>run(
                        redis,
                        ScriptOutputType.INTEGER,
                        new byte[][] {bytes(RedisKeys.journal(cell))},
                        bytes(Long.toString(sequence)))
                .toCompletableFuture()
                .join();
    }

    @Override
    public void setEpoch(long epoch) {
        meta("epoch", epoch);
    }

    private void meta(String field, long value) {
        hset(RedisKeys.meta(cell), field, Long.toString(value));
    }

    @Override
    public SortedMap<String, String> contents() {
        return CellContents.read(redis, cell, timing(), clockMs);
    }

    @CanIgnoreReturnValue
    Outcome post(String key, Leg... legs) {
        return await(ledger.post(transaction(key, key, legs)));
    }

    Transaction transaction(String key, String fingerprint, Leg... legs) {
        return SampleLegs.transaction(cell, key, fingerprint, legs);
    }

    /** Runs a command on the server that the cell is on. */
    @CanIgnoreReturnValue
    <T> T run(Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        return await(redis.call(RedisKeys.meta(cell), command));
    }

    /** Encodes without posting. */
    PostCall transactionCall(Leg... legs) {
        return new PostCall(transaction("k", "k", legs), Durability.DURABLE);
    }

    /** Puts a value of a type that no leg works on in place of a key. */
    void retype(String key) {
        run(commands -> commands.del(bytes(key)));
        run(commands -> commands.sadd(bytes(key), bytes("x")));
    }

    void set(String key, String value) {
        run(commands -> commands.set(bytes(key), bytes(value)));
    }

    void hset(String key, String field, String value) {
        run(commands -> commands.hset(bytes(key), bytes(field), bytes(value)));
    }

    Optional<String> hget(String key, String field) {
        return Optional.ofNullable(run(commands -> commands.hget(bytes(key), bytes(field))))
                .map(RedisKeys::text);
    }

    /** Everything of the cell, key by key: DUMP of each, so that any write shows. */
    Map<String, String> everything() {
        Map<String, String> all = new TreeMap<>();
        for (byte[] key : run(commands -> commands.keys(cell.tag() + ":*"))) {
            byte[] dump = run(commands -> commands.dump(key));
            all.put(new String(key, StandardCharsets.ISO_8859_1), new String(dump, StandardCharsets.ISO_8859_1));
        }
        return all;
    }

    static byte[] bytes(String text) {
        return RedisKeys.bytes(text);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof RuntimeException) {
                throw (RuntimeException) e.getCause();
            }
            throw new IllegalStateException(e.getCause());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        byte[][] keys = run(commands -> commands.keys(cell.tag() + ":*")).toArray(new byte[0][]);
        if (keys.length > 0) {
            run(commands -> commands.unlink(keys));
        }
        if (ownConnection) {
            redis.close();
        }
    }
}
