package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.linearizability.Change;
import dev.counterfoil.gateway.linearizability.Linearizability;
import dev.counterfoil.gateway.linearizability.NumberModel;
import dev.counterfoil.gateway.linearizability.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever two gateways answer at once has, card by card and item by item, one order that explains every answer; also where a
 * gateway lost Redis in the middle of its calls. Another run: {@code -Dlinearizability.seed=… -Dlinearizability.calls=…}.
 */
class LinearizabilityIT {
    private static final int CLIENTS = 8;
    private static final int CALLS = Integer.getInteger("linearizability.calls", 600);
    private static final int MOST_CONFIGURATIONS = 2_000_000;

    private static TwoGateways gateways;

    @BeforeAll
    static void start() {
        gateways = new TwoGateways();
    }

    @AfterAll
    static void stop() {
        gateways.close();
    }

    /** The test before may have cut them off. */
    @BeforeEach
    void bothAnswer() throws InterruptedException {
        gateways.awaitBoth();
    }

    @Test
    void what_two_gateways_answer_is_linearizable_and_one_falsified_answer_is_not() throws Exception {
        RecordedSale sale = sale(1);
        sale.run(CLIENTS, CALLS);
        System.out.println(sale.outcomes());
        assertThat(sale.outcomes()).containsOnlyKeys("posted", "insufficient_stock", "insufficient_balance");
        assertThat(sale.outcomes().values()).allMatch(count -> count >= 10);
        requireLinearizable(sale);
        assertThat(mostAtOnce(sale.itemHistories())).isGreaterThanOrEqualTo(CLIENTS / 2);
        sale.cardHistories().values().forEach(LinearizabilityIT::requireFalsifiedOnesToBeRefused);
        gateways.reconcile();
    }

    @Test
    void it_stays_linearizable_while_a_gateway_loses_redis_again_and_again() throws Exception {
        RecordedSale sale = sale(2);
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService saboteur = Executors.newSingleThreadExecutor();
        Future<Integer> cuts = saboteur.submit(() -> cutUntil(over));
        // Chance decides whether a call that was done lost its answer: a few runs, until one did.
        for (int runs = 1; runs <= 3 && !sale.outcomes().containsKey(RecordedSale.HAD_HAPPENED); runs++) {
            sale.run(CLIENTS, runs * CALLS);
        }
        over.set(true);
        saboteur.shutdown();
        System.out.println(cuts.get(30, TimeUnit.SECONDS) + " cuts, " + sale.outcomes());
        requireLinearizable(sale);
        assertThat(sale.outcomes()).containsKeys("posted", "outcome_unknown");
        gateways.reconcile();
    }

    private static RecordedSale sale(int number) {
        long seed = Long.getLong("linearizability.seed", System.nanoTime() >>> 10) * 10 + number;
        System.out.println("linearizability.seed=" + seed / 10);
        return new RecordedSale(gateways, seed, CALLS);
    }

    /** Cuts a gateway off every now and then, mostly after what it sent was done. */
    private static int cutUntil(AtomicBoolean over) throws InterruptedException {
        int cuts = 0;
        while (!over.get()) {
            Thread.sleep(300);
            if (cuts % 3 == 0) {
                gateways.cut(cuts % 2);
            } else {
                gateways.cutBeforeTheAnswer(cuts % 2);
            }
            cuts++;
        }
        return cuts;
    }

    private static void requireLinearizable(RecordedSale sale) {
        sale.cardHistories()
                .forEach((secret, history) -> assertThat(violation(RecordedSale.FACE, history))
                        .as("a card, %d operations", history.size())
                        .isEmpty());
        sale.itemHistories()
                .forEach((sku, history) -> assertThat(violation(RecordedSale.UNITS, history))
                        .as("item %s, %d operations", sku, history.size())
                        .isEmpty());
    }

    private static Optional<String> violation(long start, List<Operation<Change>> history) {
        return Linearizability.violation(new NumberModel(start), history, MOST_CONFIGURATIONS);
    }

    /** The histories of a run without faults, each spoilt in one place. */
    private static void requireFalsifiedOnesToBeRefused(List<Operation<Change>> history) {
        for (int i = 0; i < history.size(); i++) {
            Operation<Change> told = history.get(i);
            Change change = told.action();
            assertThat(violation(
                            RecordedSale.FACE,
                            with(history, i, new Change(change.answer(), change.delta(), change.value() + 1))))
                    .as("%s, off by one", told)
                    .isPresent();
            if (change.answer() == Change.Answer.POSTED) {
                assertThat(violation(RecordedSale.FACE, with(history, i, Change.read(change.value()))))
                        .as("%s, posted and not told", told)
                        .isPresent();
            }
        }
        int last = history.size() - 1;
        history.stream()
                .filter(each -> each.action().answer() == Change.Answer.POSTED)
                .max(Comparator.comparingLong(Operation::answeredNanos))
                .map(Operation::action)
                .ifPresent(change -> assertThat(violation(
                                RecordedSale.FACE, with(history, last, Change.read(change.value() - change.delta()))))
                        .as("a stale last read")
                        .isPresent());
    }

    private static List<Operation<Change>> with(List<Operation<Change>> history, int place, Change change) {
        List<Operation<Change>> falsified = new ArrayList<>(history);
        Operation<Change> told = history.get(place);
        falsified.set(place, new Operation<>(change, told.invokedNanos(), told.answeredNanos()));
        return falsified;
    }

    /** The most calls of one object that were under way at one moment: a history of lone calls would prove little. */
    private static long mostAtOnce(Map<String, List<Operation<Change>>> histories) {
        return histories.values().stream()
                .mapToLong(history -> history.stream()
                        .mapToLong(each -> history.stream()
                                .filter(other -> other.invokedNanos() <= each.invokedNanos()
                                        && other.answeredNanos() > each.invokedNanos())
                                .count())
                        .max()
                        .orElse(0))
                .max()
                .orElse(0);
    }
}
