package dev.counterfoil.ledger.aftersale;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.rules.Portion;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import dev.counterfoil.ledger.testing.Ledgers;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steps on one redemption, each under a key of its own, through two gateways at once. Another run: {@code -Draces.seed=…}. */
class ParallelStepsIT {
    private static final long SEED = Long.getLong("races.seed", System.nanoTime() >>> 10);
    private static final int ROUNDS = 30;

    private static final Step CAPTURE = new Step(Step.Kind.CAPTURE, new Portion(2L, Map.of(), null, null), false, null);
    private static final Step RELEASE = Step.of(Step.Kind.RELEASE);
    private static final Step REVERSAL = Step.of(Step.Kind.REVERSAL);

    private final Shop shop = new Shop();
    private final List<AfterSale> gateways = List.of(
            shop.afterSale(shop.ledger(0), ReversalPolicy.GENEROUS),
            shop.afterSale(shop.ledger(1), ReversalPolicy.GENEROUS));

    @AfterEach
    void close() {
        shop.close();
    }

    private List<Outcome> race(JournaledTransaction of, List<Step> steps) {
        List<Future<Outcome>> sent = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            sent.add(gateways.get(i % gateways.size()).post(shop.key(), "", of, steps.get(i)));
        }
        return sent.stream().map(Ledgers::await).toList();
    }

    private static Predicate<Outcome> refused(Refusal... reasons) {
        return outcome -> outcome instanceof Refused && List.of(reasons).contains(((Refused) outcome).reason());
    }

    @Test
    void of_full_reversals_of_one_redemption_exactly_one_posts() {
        for (int round = 0; round < ROUNDS; round++) {
            JournaledTransaction bought = shop.tea();
            List<Outcome> outcomes = race(bought, Collections.nCopies(16, REVERSAL));
            assertThat(outcomes).filteredOn(Posted.class::isInstance).hasSize(1);
            assertThat(outcomes).filteredOn(refused(Refusal.EXCEEDS_REMAINING)).hasSize(15);
            assertThat(shop.sequence()).isEqualTo(bought.sequence() + 1);
            assertThat(shop.balance()).isEqualTo(1_000);
            assertThat(shop.units()).isEqualTo(100);
            assertThat(await(gateways.get(0).became(bought)).returned()).isEqualTo(Map.of("a:CNY", 50L, "i:tea", 5L));
        }
    }

    @Test
    void a_hold_that_is_captured_released_and_reversed_at_once_ends_once_and_only_what_was_captured_is_reversed() {
        System.out.println("races.seed=" + SEED);
        Random random = new Random(SEED);
        List<Step> steps = new ArrayList<>(Collections.nCopies(4, CAPTURE));
        steps.addAll(Collections.nCopies(4, RELEASE));
        steps.addAll(Collections.nCopies(4, REVERSAL));
        long spent = 0;
        long captures = 0;
        for (int round = 0; round < ROUNDS; round++) {
            JournaledTransaction held = shop.tea(new HoldLeg(60_000));
            Collections.shuffle(steps, random);
            List<Outcome> outcomes = race(held, steps);
            long captured = posted(steps, outcomes, CAPTURE);
            long released = posted(steps, outcomes, RELEASE);
            long reversed = posted(steps, outcomes, REVERSAL);
            assertThat(captured + released).isEqualTo(1);
            assertThat(reversed).isBetween(0L, captured);
            assertThat(outcomes).filteredOn(refused(Refusal.HOLD_NOT_OPEN)).hasSize(7);
            assertThat(outcomes)
                    .filteredOn(refused(Refusal.STILL_HELD, Refusal.EXCEEDS_REMAINING))
                    .hasSize((int) (4 - reversed));
            captures += captured;
            spent += 2 * (captured - reversed);
            assertThat(shop.held()).isZero();
            assertThat(shop.balance()).isEqualTo(1_000 - 10 * spent);
            assertThat(shop.units()).isEqualTo(100 - spent);
        }
        assertThat(captures).isBetween(1L, ROUNDS - 1L);
    }

    private static long posted(List<Step> steps, List<Outcome> outcomes, Step step) {
        return IntStream.range(0, steps.size())
                .filter(i -> steps.get(i) == step && outcomes.get(i) instanceof Posted)
                .count();
    }
}
