package dev.counterfoil.ledger.rates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.rates.TokenSource.Grant;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits of things that anybody can make up. */
class RateLimitsTest {
    private static final Rate RATE = new Rate(3, 3_600);

    private final Map<String, Integer> given = new HashMap<>();
    private final RateLimits limits =
            new RateLimits("address", this::lease, () -> 1_000_000L, (delayMs, task) -> {}, 20_000);
    private int asked;

    /** One window that does not end. */
    private Future<Grant> lease(String limit, Rate rate, int tokens) {
        asked++;
        int before = given.getOrDefault(limit, 0);
        int grant = Math.min(tokens, rate.quota() - before);
        given.put(limit, before + grant);
        return Future.succeededFuture(new Grant(grant, 3_600_000, 3_600_000_000L, rate.quota() - before - grant));
    }

    private boolean admitted(String id) {
        RateLimit limit = limits.of(id, RATE);
        return switch (limit.poll()) {
            case ADMITTED -> true;
            case REFUSED -> false;
            case UNKNOWN -> limit.take().result();
        };
    }

    @Test
    void a_flood_of_ids_takes_a_bounded_number_of_limits_and_gives_nobody_more() {
        int admitted = 0;
        for (int i = 0; i < 5; i++) {
            admitted += admitted("greedy") ? 1 : 0;
        }
        for (int i = 0; i < 50_000; i++) {
            assertThat(admitted("id" + i)).isTrue();
        }
        assertThat(limits.size()).isLessThanOrEqualTo(20_000);
        int askedBefore = asked;
        for (int i = 0; i < 5; i++) {
            admitted += admitted("greedy") ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(3);
        // It was not forgotten that nothing is left: those that are refused go last.
        assertThat(asked).isEqualTo(askedBefore);
    }
}
