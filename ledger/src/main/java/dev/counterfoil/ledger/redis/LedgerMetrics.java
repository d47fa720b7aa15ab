package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.AsyncResult;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What the ledger tells of itself: outcomes by kind, sizes of batches, time from queue to answer and where in between it goes. */
public final class LedgerMetrics {
    private final Timer time;
    private final Timer waited;
    private final Timer called;
    private final DistributionSummary batch;
    private final Counter posted;
    private final Counter replayed;
    private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
    private final Counter faults;
    private final Counter unknown;

    private final MeterRegistry registry;

    public LedgerMetrics(MeterRegistry registry) {
        this.registry = registry;
        time = Timer.builder("counterfoil.ledger.post")
                .description("From the queue of a cell to the outcome")
                .publishPercentileHistogram(false)
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(50),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(1))
                .register(registry);
        waited = stage(
                registry,
                "counterfoil.ledger.queue.wait",
                "How long the oldest of a batch waited in the queue of its cell");
        called = stage(
                registry,
                "counterfoil.ledger.redis.call",
                "One call of the script, from sent to answered: the network, the script, the disk, a replica where one is waited for");
        batch = DistributionSummary.builder("counterfoil.ledger.batch.size")
                .description("Transactions in one call of the script")
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, CellQueue.MOST_TRANSACTIONS)
                .register(registry);
        posted = outcome(registry, "posted");
        replayed = outcome(registry, "replayed");
        faults = outcome(registry, "fault");
        unknown = outcome(registry, "unknown");
        for (Refusal refusal : Refusal.values()) {
            refused.put(refusal, outcome(registry, refusal.name().toLowerCase(Locale.ROOT)));
        }
    }

    private static Timer stage(MeterRegistry registry, String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(
                        Duration.ofNanos(250_000),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(50),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(1))
                .register(registry);
    }

    private static Counter outcome(MeterRegistry registry, String outcome) {
        return Counter.builder("counterfoil.ledger.outcomes")
                .description("Transactions by what became of them")
                .tag("outcome", outcome)
                .register(registry);
    }

    /** Shows how many wait in the queues, and how many may wait in the one that is let wait least. */
    void queues(Supplier<Number> waiting, Supplier<Number> lowestLimit) {
        Gauge.builder("counterfoil.ledger.queue.waiting", waiting)
                .description("Transactions that wait for their cell, of all cells")
                .strongReference(true)
                .register(registry);
        Gauge.builder("counterfoil.ledger.queue.limit", lowestLimit)
                .description(
                        "How many may wait for a cell before requests for it are shed, of the cell with the lowest limit")
                .strongReference(true)
                .register(registry);
    }

    /** A batch was answered, or failed. */
    void called(long oldestWaitedNanos, long calledNanos) {
        waited.record(oldestWaitedNanos, TimeUnit.NANOSECONDS);
        called.record(calledNanos, TimeUnit.NANOSECONDS);
    }

    void batch(int transactions) {
        batch.record(transactions);
    }

    void answered(AsyncResult<Outcome> result, long startedNanos) {
        time.record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
        Outcome outcome = result.result();
        if (outcome == null) {
            (result.cause() instanceof LedgerFault.OutcomeUnknown ? unknown : faults).increment();
        } else if (outcome.replayed()) {
            replayed.increment();
        } else if (outcome instanceof Posted) {
            posted.increment();
        } else {
            Counter counter = refused.get(((Refused) outcome).reason());
            if (counter != null) {
                counter.increment();
            }
        }
    }
}
