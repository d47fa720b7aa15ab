package dev.counterfoil.ledger.installation;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.testing.Ledgers;
import dev.counterfoil.ledger.testing.Servers;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstallationIT {
    private final String first = Pepper.generate(new SecureRandom());
    private final String second = Pepper.generate(new SecureRandom());
    private Ledgers ledgers;

    @BeforeEach
    void start() {
        ledgers = Ledgers.fresh();
    }

    @AfterEach
    void stop() {
        ledgers.close();
    }

    @Test
    void the_first_start_records_the_pepper_and_later_ones_are_held_to_it() {
        check(first);
        check(first);
        assertThat(inPostgres()).contains(Pepper.of(List.of(first)).fingerprint());
        assertThat(inRedis()).isEqualTo(inPostgres());
        assertThatThrownBy(() -> check(second))
                .isInstanceOf(PepperMismatch.class)
                .hasMessageContaining("recorded in Redis")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(first, second));
    }

    @Test
    void a_new_pepper_in_front_is_recorded_and_then_required() {
        check(first);
        check(second, first);
        assertThat(inRedis()).contains(Pepper.of(List.of(second, first)).fingerprint());
        assertThat(inPostgres()).isEqualTo(inRedis());
        assertThatThrownBy(() -> check(first)).isInstanceOf(PepperMismatch.class);
        assertThatThrownBy(() -> check(first, second)).isInstanceOf(PepperMismatch.class);
    }

    @Test
    void a_mismatch_with_one_server_leaves_no_trace_in_the_other() {
        check(first);
        Servers.flushRedis();
        assertThatThrownBy(() -> check(second))
                .isInstanceOf(PepperMismatch.class)
                .hasMessageContaining("PostgreSQL");
        assertThat(inRedis()).isEmpty();
        check(first);
        await(ledgers.database().call(handle -> handle.execute("delete from installation")));
        assertThatThrownBy(() -> check(second))
                .isInstanceOf(PepperMismatch.class)
                .hasMessageContaining("Redis");
        assertThat(inPostgres()).isEmpty();
    }

    @Test
    void redis_alone_is_enough_to_refuse() {
        await(installation(first).checkRedis(ledgers.redis()));
        await(installation(first).checkRedis(ledgers.redis()));
        assertThatThrownBy(() -> await(installation(second).checkRedis(ledgers.redis())))
                .isInstanceOf(PepperMismatch.class);
    }

    private void check(String... peppers) {
        await(installation(peppers).check(ledgers.database(), ledgers.redis()));
    }

    private static Installation installation(String... peppers) {
        return new Installation(Pepper.of(List.of(peppers)));
    }

    private Optional<String> inPostgres() {
        return await(ledgers.database()
                .call(handle -> handle.createQuery("select value from installation where name = 'pepper'")
                        .mapTo(String.class)
                        .findOne()));
    }

    private Optional<String> inRedis() {
        byte[] value = await(ledgers.redis().call(commands -> commands.get(RedisKeys.bytes(RedisKeys.PEPPER))));
        return Optional.ofNullable(value).map(RedisKeys::text);
    }
}
