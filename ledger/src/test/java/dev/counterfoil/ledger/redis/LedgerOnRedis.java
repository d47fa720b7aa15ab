package dev.counterfoil.ledger.redis;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A cell of its own on the real Redis of the tests, with short ways to make, post and look. */
final class LedgerOnRedis implements AutoCloseable {
    static final String TOKEN = "gift:CNY";

    private static final AtomicLong NEXT = new AtomicLong();

    final Cell cell = Cell.of(
            "t" + NEXT.incrementAndGet() + "x" + ThreadLocalRandom.current().nextInt(1_000_000));
    final RedisConnection redis;
    final RedisLedger ledger;

    LedgerOnRedis() {
        this(LedgerLimits.standard());
    }

    LedgerOnRedis(LedgerLimits limits) {
        redis = RedisConnection.open(Servers.redisUri(), Duration.ofSeconds(5), Duration.ofSeconds(5));
        ledger = another(limits);
        run(commands -> commands.hset(
                bytes(RedisKeys.meta(cell)), Map.of(bytes("epoch"), bytes("1"), bytes("seq"), bytes("0"))));
        byte[] journal = bytes(RedisKeys.journal(cell));
        run(commands ->
                commands.xadd(journal, new io.lettuce.core.XAddArgs().id("0-1"), Map.of(bytes("opened"), bytes("1"))));
        run(commands -> commands.xdel(journal, "0-1"));
    }

    /** A second ledger on the same cell, as another gateway has it. */
    RedisLedger another(LedgerLimits limits) {
        return new RedisLedger(
                redis,
                limits,
                "durable",
                at -> 1,
                (at, sequence) -> Future.succeededFuture(Optional.empty()),
                new LedgerMetrics(new SimpleMeterRegistry()),
                at -> {});
    }

    @CanIgnoreReturnValue
    Outcome post(String key, Leg... legs) {
        return await(ledger.post(transaction(key, key, legs)));
    }

    Transaction transaction(String key, String fingerprint, Leg... legs) {
        return new Transaction(
                cell, TransactionType.REDEMPTION, key(key, fingerprint), "req1", null, List.of(legs), new JsonObject());
    }

    static IdempotencyKey key(String key, String fingerprint) {
        return new IdempotencyKey("cl_test", sixteen(key), sixteen(fingerprint));
    }

    static byte[] sixteen(String text) {
        return String.format("%16s", text).substring(0, 16).getBytes(StandardCharsets.US_ASCII);
    }

    /** A card's id of 22 characters. */
    static String id(String name) {
        return String.format("%22s", name).replace(' ', '0').substring(0, 22);
    }

    static Leg.NewCardLeg newCard(String name, long balance) {
        return new Leg.NewCardLeg(id(name), "api" + name, "100" + name, TOKEN, balance, CardState.ACTIVE, 0, "bt_1");
    }

    static Leg.CardLeg debit(String name, long amount) {
        return new Leg.CardLeg(
                List.of(id(name)),
                null,
                Set.of(CardState.ACTIVE),
                true,
                -1,
                List.of(new Leg.Price(TOKEN, amount)),
                null,
                null);
    }

    static Leg.StockLeg stock(String sku, long delta) {
        return new Leg.StockLeg(sku, delta, 0, 0);
    }

    static Leg.QuotaLeg quota(String key, long delta, long limit) {
        return new Leg.QuotaLeg("per_account_total", key, delta, limit, 0, 0, 0, false);
    }

    @CanIgnoreReturnValue
    <T> T run(Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> command) {
        return await(redis.call(command));
    }

    /** Encodes without posting. */
    PostCall transactionCall(Leg... legs) {
        return new PostCall(transaction("k", "k", legs), "durable");
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
        for (byte[] key : run(commands -> commands.keys(cell.tag().replace("{", "\\{") + "*"))) {
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
        redis.close();
    }
}
