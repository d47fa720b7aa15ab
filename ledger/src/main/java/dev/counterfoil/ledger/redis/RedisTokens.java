package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;

import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.rates.TokenSource;
import io.lettuce.core.ScriptOutputType;
import io.vertx.core.Future;
import java.util.List;

/** Leases tokens from the counts in Redis. Fails with {@code Unavailable}, whatever went wrong. Thread-safe. */
public final class RedisTokens implements TokenSource {
    private static final Script LEASE = Script.load("lease");

    private final RedisConnection redis;

    public RedisTokens(RedisConnection redis) {
        this.redis = redis;
    }

    @Override
    public Future<Grant> lease(String limit, Rate rate, int tokens) {
        byte[][] key = {bytes(RedisKeys.rate(limit, rate.windowSeconds()))};
        return redis.<List<Long>>call(commands -> LEASE.run(
                        redis,
                        ScriptOutputType.MULTI,
                        key,
                        number(rate.windowSeconds() * 1_000L),
                        number(rate.quota()),
                        number(tokens)))
                .map(answer -> new Grant(
                        Math.toIntExact(answer.get(0)), answer.get(1), answer.get(2), Math.toIntExact(answer.get(3))));
    }

    private static byte[] number(long value) {
        return bytes(Long.toString(value));
    }
}
