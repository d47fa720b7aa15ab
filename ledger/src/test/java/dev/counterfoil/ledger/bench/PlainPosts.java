package dev.counterfoil.ledger.bench;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a redemption reads and writes as plain commands on keys of their own, without any check, all or none, or answer: the
 * least that the same could cost. The commands of a batch leave in one flush and its answers are waited for before the next.
 */
final class PlainPosts {
    private static final int CARDS = 10_000;
    private static final int COUNTERS = 5_000;
    private static final long FAR_MS = 4_000_000_000_000L;

    /** About what data and result of a redemption are long. */
    private static final int DATA = 400;

    private static final int RESULT = 120;

    private final StatefulRedisConnection<byte[], byte[]> connection =
            RedisClient.create(Servers.redisUri()).connect(ByteArrayCodec.INSTANCE);
    private final RedisAsyncCommands<byte[], byte[]> commands = connection.async();
    private final boolean reads;
    private long next;

    /** {@code reads}: whether what the script reads is read too. */
    PlainPosts(boolean reads) {
        this.reads = reads;
        connection.setAutoFlushCommands(false);
    }

    /** Posts {@code count} by pipelines of {@code batch}; one journal entry a pipeline. */
    void post(int count, int batch) {
        for (int done = 0; done < count; done += batch) {
            List<RedisFuture<?>> sent = new ArrayList<>(batch * 8 + 1);
            for (int i = 0; i < batch; i++) {
                one(next++, sent);
            }
            sent.add(commands.xadd(bytes("plain:journal"), entry(batch)));
            connection.flushCommands();
            if (!LettuceFutures.awaitAll(Duration.ofSeconds(30), sent.toArray(new RedisFuture<?>[0]))) {
                throw new IllegalStateException("no answer within 30 s");
            }
        }
    }

    private void one(long n, List<RedisFuture<?>> sent) {
        byte[] record = ByteBuffer.allocate(24)
                .putLong(n)
                .putLong(reads ? 9 : 8)
                .putLong(n)
                .array();
        byte[] card = bytes("plain:card:" + n % CARDS);
        byte[] item = bytes("plain:item");
        byte[] quota = bytes("plain:quota:" + n % COUNTERS);
        byte[] value = bytes(Long.toString(n));
        if (reads) {
            sent.add(commands.get(record));
            sent.add(commands.hmget(card, bytes("b"), bytes("s"), bytes("t"), bytes("x"), bytes("c"), bytes("n")));
            sent.add(commands.hget(item, bytes("u")));
            sent.add(commands.get(quota));
        }
        sent.add(commands.hset(card, bytes("b"), value));
        sent.add(commands.hset(item, bytes("u"), value));
        sent.add(commands.set(quota, value, SetArgs.Builder.pxAt(FAR_MS)));
        sent.add(commands.set(record, new byte[32], SetArgs.Builder.px(86_400_000)));
    }

    private static Map<byte[], byte[]> entry(int batch) {
        Map<byte[], byte[]> fields = new HashMap<>();
        for (int i = 0; i < batch; i++) {
            fields.put(bytes("d" + i), new byte[DATA]);
            fields.put(bytes("r" + i), new byte[RESULT]);
        }
        return fields;
    }

    private static byte[] bytes(String text) {
        return RedisKeys.bytes(text);
    }
}
