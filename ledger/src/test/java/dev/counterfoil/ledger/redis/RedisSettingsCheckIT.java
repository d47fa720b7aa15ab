package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.testing.Ledgers;
import org.junit.jupiter.api.Test;

class RedisSettingsCheckIT {
    @Test
    void a_server_that_may_lose_or_evict_what_it_answered_is_found_out() {
        try (RedisConnection redis = Ledgers.connectRedis()) {
            RedisSettingsCheck durable = new RedisSettingsCheck(redis, true);
            assertThat(await(durable.faults())).isEmpty();
            try {
                set(redis, "appendfsync", "everysec");
                assertThat(await(durable.faults()))
                        .containsExactly("Redis setting appendfsync: everysec (expected: always)");
                assertThat(await(new RedisSettingsCheck(redis, false).faults())).isEmpty();
                set(redis, "maxmemory-policy", "allkeys-lru");
                assertThat(await(new RedisSettingsCheck(redis, false).faults())).hasSize(1);
            } finally {
                set(redis, "appendfsync", "always");
                set(redis, "maxmemory-policy", "noeviction");
            }
        }
    }

    private static void set(RedisConnection redis, String name, String value) {
        String answer = await(redis.call(commands -> commands.configSet(name, value)));
        assertThat(answer).isEqualTo("OK");
    }
}
