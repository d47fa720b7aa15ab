package dev.counterfoil.ledger.aftersale;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import io.vertx.core.Future;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A step that reaches the script later than what it was compiled from holds. */
class StaleStepIT {
    private static final Duration VALID = Duration.ofSeconds(2);

    private final Shop shop = new Shop();
    private final AtomicInteger posts = new AtomicInteger();

    @AfterEach
    void close() {
        shop.close();
    }

    /** The real ledger, whose first {@code times} posts are under way for longer than they are valid. */
    private Ledger slow(int times) {
        Ledger ledger = shop.ledger(0);
        return (Ledger) Proxy.newProxyInstance(
                Ledger.class.getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("post") && posts.getAndIncrement() < times) {
                        return shop.vertx
                                .timer(VALID.toMillis() + 100, TimeUnit.MILLISECONDS)
                                .compose(tick -> ledger.post((Transaction) arguments[0]));
                    }
                    try {
                        return method.invoke(ledger, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Future<?> reversed(JournaledTransaction bought, Ledger ledger, Duration validFor) {
        return shop.afterSale(ledger, ReversalPolicy.GENEROUS, validFor)
                .post(shop.key(), "", bought, Step.of(Step.Kind.REVERSAL));
    }

    @Test
    void a_step_that_was_under_way_for_too_long_is_compiled_again_and_posted() {
        JournaledTransaction bought = shop.tea();
        assertThat(await(reversed(bought, slow(2), VALID))).isInstanceOf(Posted.class);
        assertThat(posts).hasValue(3);
        assertThat(shop.balance()).isEqualTo(1_000);
        assertThat(shop.units()).isEqualTo(100);
    }

    @Test
    void a_step_that_is_never_valid_is_given_up_and_moves_nothing() {
        JournaledTransaction bought = shop.tea();
        long before = shop.sequence();
        assertThatThrownBy(() -> await(reversed(bought, slow(0), Duration.ZERO)))
                .isInstanceOf(LedgerFault.Overloaded.class);
        assertThat(posts).hasValue(20);
        assertThat(shop.sequence()).isEqualTo(before);
        assertThat(shop.balance()).isEqualTo(950);
    }
}
