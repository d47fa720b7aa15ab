package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.testing.Ledgers;
import org.junit.jupiter.api.Test;

class RedisSettingsCheckIT {
    @Test
    void a_server_that_may_lose_or_evict_what_it_answered_is_found_out() {
        try (RedisConnection redis = Ledgers.connectRedis()) {
            RedisSettingsCheck check = new RedisSettingsCheck(redis);
            assertThat(await(check.faults(Durability.DURABLE))).isEmpty();
            try {
                set(redis, "appendfsync", "everysec");
                assertThat(await(check.faults(Durability.DURABLE)))
                        .containsExactly("Redis setting appendfsync: everysec (expected: always)");
                assertThat(await(check.faults(Durability.ACCEPTED))).isEmpty();
                set(redis, "maxmemory-policy", "allkeys-lru");
                assertThat(await(check.faults(Durability.ACCEPTED))).hasSize(1);
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
