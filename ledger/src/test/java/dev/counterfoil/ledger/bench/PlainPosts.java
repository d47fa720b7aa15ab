package dev.counterfoil.ledger.bench;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.testing.Servers;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a redemption reads and writes as plain commands, on keys of another cell that are as long and hold the same fields and
 * values, without any check, all or none, or answer: the least that the same could cost. The commands of a batch leave in one
 * flush and its answers are waited for before the next.
 */
final class PlainPosts {
    private static final long FAR_MS = 4_000_000_000_000L;

    private final StatefulRedisConnection<byte[], byte[]> connection =
            RedisClient.create(Servers.redisUri()).connect(ByteArrayCodec.INSTANCE);
    private final RedisAsyncCommands<byte[], byte[]> commands = connection.async();
    private final Cell cell;
    private final boolean reads;
    private final byte[] data;
    private final byte[] result;
    private long next;

    /**
     * Prepares the cards.
     *
     * @param reads whether what the script reads is read too
     * @param data what the journal keeps of a request
     * @param result what it keeps of a posted one
     */
    PlainPosts(boolean reads, byte[] data, byte[] result) {
        this.cell = Cell.of(reads ? "plain" : "write");
        this.reads = reads;
        this.data = data;
        this.result = result;
        connection.setAutoFlushCommands(false);
        List<RedisFuture<?>> sent = new ArrayList<>();
        for (int i = 0; i < LedgerBench.CARDS; i++) {
            sent.add(commands.hset(
                    card(i),
                    Map.of(
                            bytes("b"), bytes(LedgerBench.BALANCE),
                            bytes("t"), bytes("gift:CNY"),
                            bytes("c"), bytes("api" + i),
                            bytes("n"), bytes("1" + i))));
        }
        answered(sent);
    }

    /** Posts {@code count} by pipelines of {@code batch}; one journal entry a pipeline. */
    void post(int count, int batch) {
        for (int done = 0; done < count; done += batch) {
            List<RedisFuture<?>> sent = new ArrayList<>(batch * 8 + 2);
            Object[] entry = new Object[4 * batch];
            for (int i = 0; i < batch; i++) {
                one(next++, sent);
                entry[4 * i] = bytes("d");
                entry[4 * i + 1] = data;
                entry[4 * i + 2] = bytes("r");
                entry[4 * i + 3] = result;
            }
            sent.add(commands.hset(bytes(RedisKeys.meta(cell)), bytes("seq"), bytes(next)));
            sent.add(commands.xadd(bytes(RedisKeys.journal(cell)), entry));
            answered(sent);
        }
    }

    private void one(long n, List<RedisFuture<?>> sent) {
        byte[] record = RedisKeys.idempotency(
                cell, ByteBuffer.allocate(16).putLong(n).putLong(7).array());
        byte[] card = card(n % LedgerBench.CARDS);
        byte[] item = bytes(RedisKeys.item(cell, LedgerBench.SKU));
        byte[] quota = bytes(RedisKeys.quota(cell, LedgerBench.quotaKey(n)));
        if (reads) {
            sent.add(commands.get(record));
            sent.add(commands.hmget(
                    card, bytes("b"), bytes("s"), bytes("t"), bytes("x"), bytes("c"), bytes("n"), bytes("o")));
            sent.add(commands.hget(item, bytes("u")));
            sent.add(commands.get(quota));
        }
        sent.add(commands.hset(
                card, bytes("b"), bytes(LedgerBench.BALANCE - LedgerBench.PRICE * (n / LedgerBench.CARDS + 1))));
        sent.add(commands.hset(item, bytes("u"), bytes(LedgerBench.BALANCE - n)));
        sent.add(commands.set(quota, bytes(n / LedgerBench.ACCOUNTS + 1), SetArgs.Builder.pxAt(FAR_MS)));
        sent.add(commands.set(record, bytes("0123456789abcdefP" + n), SetArgs.Builder.px(LedgerBench.RECORD_MS)));
    }

    private void answered(List<RedisFuture<?>> sent) {
        connection.flushCommands();
        if (!LettuceFutures.awaitAll(Duration.ofSeconds(30), sent.toArray(new RedisFuture<?>[0]))) {
            throw new IllegalStateException("no answer within 30 s");
        }
    }

    private byte[] card(long n) {
        return bytes(RedisKeys.card(cell, LedgerBench.id(n)));
    }

    private static byte[] bytes(long number) {
        return bytes(Long.toString(number));
    }

    private static byte[] bytes(String text) {
        return RedisKeys.bytes(text);
    }
}
