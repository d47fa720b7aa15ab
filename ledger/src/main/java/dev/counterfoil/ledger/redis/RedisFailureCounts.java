package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.redis.RedisKeys.text;

import dev.counterfoil.ledger.guard.FailureCounts;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Failed attempts counted in Redis, each suspect in a slot of its own. Thread-safe. */
public final class RedisFailureCounts implements FailureCounts {
    private static final Script COUNT = Script.load("count_failure");
    private static final Script COUNT_UP = Script.load("count_up");
    private static final Script TELL = Script.load("tell_lock");
    private static final Script TOLD = Script.load("read_locks");

    /** Secrets of a suspect that are remembered: what a compact hash of Redis holds, and more than its locks let through. */
    private static final long KEPT = 120;

    private static final long DAY_LIVES_MS = Duration.ofHours(50).toMillis();
    /** Longer than cards lie in shops before they are sold. */
    private static final long LOOKED_UP_LIVES_MS = Duration.ofDays(400).toMillis();

    private static final long TOLD_LIVES_MS = Duration.ofHours(26).toMillis();
    private static final long MOST_TOLD = 100_000;
    private static final long TOLD_A_CALL = 1_000;
    private static final int TOLD_FIELDS = 4;

    private final RedisConnection redis;

    public RedisFailureCounts(RedisConnection redis) {
        this.redis = redis;
    }

    @Override
    public Future<Count> count(String suspect, byte[] secret, int most, Duration window, List<Duration> locks) {
        List<byte[]> args = new ArrayList<>();
        args.add(secret);
        args.add(number(most));
        args.add(number(window.toMillis()));
        args.add(number(KEPT));
        locks.forEach(lock -> args.add(number(lock.toMillis())));
        byte[][] key = {bytes(RedisKeys.guesses(suspect))};
        return redis.<List<Long>>call(COUNT.run(redis, ScriptOutputType.MULTI, key, args.toArray(byte[][]::new)))
                .map(answer -> new Count(answer.get(0) == 1, answer.get(1), answer.get(2) == 1));
    }

    @Override
    public Future<Long> countOfDay(String program, String day) {
        byte[][] key = {bytes(RedisKeys.failures(program, day))};
        return redis.call(COUNT_UP.<Long>run(redis, ScriptOutputType.INTEGER, key, number(DAY_LIVES_MS)));
    }

    @Override
    public Future<Void> tell(String suspect, Duration lasts) {
        byte[][] key = {bytes(RedisKeys.GUESS_LOCKS)};
        return redis.call(TELL.<Long>run(
                        redis,
                        ScriptOutputType.INTEGER,
                        key,
                        bytes(suspect),
                        number(lasts.toMillis()),
                        number(MOST_TOLD),
                        number(TOLD_LIVES_MS)))
                .mapEmpty();
    }

    @Override
    public Future<List<Told>> told(@Nullable String after) {
        byte[][] key = {bytes(RedisKeys.GUESS_LOCKS)};
        return redis.<List<Object>>call(TOLD.run(
                        redis, ScriptOutputType.MULTI, key, bytes(after == null ? "-" : after), number(TOLD_A_CALL)))
                .map(RedisFailureCounts::told);
    }

    private static List<Told> told(List<Object> reply) {
        long now = Long.parseLong(text((byte[]) reply.get(0)));
        List<Told> told = new ArrayList<>();
        for (int i = 1; i + TOLD_FIELDS <= reply.size(); i += TOLD_FIELDS) {
            long at = Long.parseLong(text((byte[]) reply.get(i + 1)));
            long lasts = Long.parseLong(text((byte[]) reply.get(i + 3)));
            told.add(new Told(text((byte[]) reply.get(i)), text((byte[]) reply.get(i + 2)), at + lasts - now));
        }
        return told;
    }

    @Override
    public Future<Boolean> useOnce(String text, Duration lasts) {
        String key = RedisKeys.proof(text);
        return redis.call(
                        key,
                        commands -> commands.set(
                                bytes(key), new byte[0], SetArgs.Builder.nx().px(lasts.toMillis())))
                .map(answer -> answer != null);
    }

    @Override
    public Future<Void> countInactiveLookup(String program, String card) {
        byte[][] key = {bytes(RedisKeys.inactiveLookups(program, card))};
        return redis.call(COUNT_UP.<Long>run(redis, ScriptOutputType.INTEGER, key, number(LOOKED_UP_LIVES_MS)))
                .mapEmpty();
    }

    @Override
    public Future<List<Long>> inactiveLookups(String program, List<String> cards) {
        if (cards.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        byte[][] keys = cards.stream()
                .map(card -> bytes(RedisKeys.inactiveLookups(program, card)))
                .toArray(byte[][]::new);
        return redis.call(keys[0], commands -> commands.mget(keys))
                .map(found -> found.stream()
                        .map(count -> count.hasValue() ? Long.parseLong(text(count.getValue())) : 0L)
                        .toList());
    }

    private static byte[] number(long value) {
        return bytes(Long.toString(value));
    }
}
