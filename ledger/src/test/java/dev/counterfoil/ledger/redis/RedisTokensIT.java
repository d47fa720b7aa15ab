package dev.counterfoil.ledger.redis;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.redis.RedisKeys.text;
import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.rates.TokenSource.Grant;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that leases tokens, by Redis' own clock. */
class RedisTokensIT {
    private static final Rate HOURLY = new Rate(10, 3_600);
    private static final long HOUR_MS = 3_600_000;
    private static final byte[] COUNT = bytes(RedisKeys.rate("key:k1", 3_600));

    private RedisConnection redis;
    private RedisTokens tokens;

    @BeforeEach
    void start() {
        Servers.flushRedis();
        redis = Ledgers.connectRedis();
        tokens = new RedisTokens(redis);
        awayFromTheEndOfTheHour();
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    /** The hour must not turn within a test. */
    private void awayFromTheEndOfTheHour() {
        try {
            while (HOUR_MS - nowMs() % HOUR_MS < 20_000) {
                Thread.sleep(500);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private long nowMs() {
        var time = await(redis.call(commands -> commands.time()));
        return Long.parseLong(text(time.get(0))) * 1_000 + Long.parseLong(text(time.get(1))) / 1_000;
    }

    private Grant lease(int wanted) {
        return await(tokens.lease("key:k1", HOURLY, wanted));
    }

    private void stored(String window, String used) {
        long unused = await(redis.call(
                commands -> commands.hset(COUNT, Map.of(bytes("window"), bytes(window), bytes("used"), bytes(used)))));
    }

    private String stored(String field) {
        return text(await(redis.call(commands -> commands.hget(COUNT, bytes(field)))));
    }

    @Test
    void a_window_gives_its_quota_and_no_more() {
        assertThat(lease(4)).matches(grant -> grant.tokens() == 4 && grant.left() == 6);
        assertThat(lease(5)).matches(grant -> grant.tokens() == 5 && grant.left() == 1);
        assertThat(lease(5)).matches(grant -> grant.tokens() == 1 && grant.left() == 0);
        assertThat(lease(5)).matches(grant -> grant.tokens() == 0 && grant.left() == 0);
        assertThat(stored("used")).isEqualTo("10");
    }

    @Test
    void the_end_of_the_window_is_told_by_the_clock_of_redis() {
        long before = nowMs();
        Grant grant = lease(1);
        long after = nowMs();
        assertThat(grant.windowEndMs()).isEqualTo((before / HOUR_MS + 1) * HOUR_MS);
        assertThat(grant.toEndMicros())
                .isBetween((grant.windowEndMs() - after - 1) * 1_000, (grant.windowEndMs() - before) * 1_000);
    }

    @Test
    void a_count_lapses_a_window_after_its_own() {
        Grant grant = lease(1);
        long ttl = await(redis.call(commands -> commands.pttl(COUNT)));
        assertThat(ttl)
                .isBetween(grant.toEndMicros() / 1_000 + HOUR_MS - 5_000, grant.toEndMicros() / 1_000 + HOUR_MS + 1);
    }

    @Test
    void a_refused_lease_writes_nothing() {
        assertThat(lease(10).tokens()).isEqualTo(10);
        boolean marked = await(redis.call(commands -> commands.pexpire(COUNT, 77_000_000)));
        assertThat(lease(10).tokens()).isZero();
        long ttl = await(redis.call(commands -> commands.pttl(COUNT)));
        assertThat(marked).isTrue();
        assertThat(ttl).isBetween(76_000_000L, 77_000_000L);
    }

    @Test
    void a_new_window_begins_anew() {
        stored(Long.toString(nowMs() / HOUR_MS - 1), "10");
        assertThat(lease(3)).matches(grant -> grant.tokens() == 3 && grant.left() == 7);
        assertThat(stored("used")).isEqualTo("3");
    }

    @Test
    void limits_and_windows_have_counts_of_their_own() {
        assertThat(lease(10).tokens()).isEqualTo(10);
        assertThat(await(tokens.lease("key:k2", HOURLY, 10)).tokens()).isEqualTo(10);
        assertThat(await(tokens.lease("key:k1", new Rate(10, 60), 10)).tokens()).isEqualTo(10);
        assertThat(lease(1).tokens()).isZero();
    }

    @Test
    void a_quota_that_was_changed_counts_what_was_used() {
        assertThat(lease(8).tokens()).isEqualTo(8);
        assertThat(await(tokens.lease("key:k1", new Rate(5, 3_600), 5)).tokens())
                .isZero();
        assertThat(await(tokens.lease("key:k1", new Rate(20, 3_600), 20)).tokens())
                .isEqualTo(12);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "500, 1"})
    void a_window_beyond_now_goes_on_being_counted_to_the_end_of_the_next_at_most(long ahead, long kept) {
        long current = nowMs() / HOUR_MS;
        stored(Long.toString(current + ahead), "7");
        Grant grant = lease(5);
        assertThat(grant.tokens()).isEqualTo(3);
        assertThat(grant.windowEndMs()).isEqualTo((current + kept + 1) * HOUR_MS);
        assertThat(grant.toEndMicros()).isBetween(HOUR_MS * 1_000, 2 * HOUR_MS * 1_000);
        assertThat(stored("window")).isEqualTo(Long.toString(current + kept));
    }

    @Test
    void a_full_window_far_beyond_now_is_brought_back_so_that_it_ends() {
        long current = nowMs() / HOUR_MS;
        stored(Long.toString(current + 500), "10");
        assertThat(lease(5).tokens()).isZero();
        assertThat(stored("window")).isEqualTo(Long.toString(current + 1));
        assertThat(stored("used")).isEqualTo("10");
    }

    @ParameterizedTest
    @CsvSource({"x, 1", "5e9, 1", "nan, 1", "'', 1", "now, x", "now, -5", "now, nan", "now, 1e1"})
    void a_spoilt_count_is_used_up_for_this_window_and_never_open(String window, String used) {
        String current = Long.toString(nowMs() / HOUR_MS);
        stored(window.replace("now", current), used);
        assertThat(lease(5)).matches(grant -> grant.tokens() == 0 && grant.left() == 0);
        assertThat(stored("window")).isEqualTo(current);
        assertThat(stored("used")).isEqualTo("10");
        long ttl = await(redis.call(commands -> commands.pttl(COUNT)));
        assertThat(ttl).isPositive();
    }

    @Test
    void a_redis_without_room_still_counts() {
        try {
            configure("maxmemory", "1");
            assertThat(lease(3)).matches(grant -> grant.tokens() == 3 && grant.left() == 7);
            assertThat(lease(9)).matches(grant -> grant.tokens() == 7 && grant.left() == 0);
        } finally {
            configure("maxmemory", "0");
        }
    }

    private void configure(String name, String value) {
        String set = await(redis.call(commands -> commands.configSet(name, value)));
        assertThat(set).isEqualTo("OK");
    }

    @Test
    void a_key_of_another_type_is_unavailable() {
        String set = await(redis.call(commands -> commands.set(COUNT, bytes("text"))));
        assertThat(set).isEqualTo("OK");
        assertThatThrownBy(() -> lease(1)).isInstanceOf(LedgerFault.Unavailable.class);
    }

    @Test
    void a_redis_that_is_gone_is_unavailable_and_back_it_counts_on() throws Exception {
        assertThat(lease(4).tokens()).isEqualTo(4);
        try {
            Servers.redis().kill();
            assertThatThrownBy(() -> lease(1)).isInstanceOf(LedgerFault.Unavailable.class);
        } finally {
            Servers.redis().restart();
        }
        org.awaitility.Awaitility.await().until(redis::answering);
        assertThat(lease(10).tokens()).isEqualTo(6);
    }
}
