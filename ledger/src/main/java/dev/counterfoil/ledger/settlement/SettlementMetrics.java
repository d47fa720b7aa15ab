package dev.counterfoil.ledger.settlement;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.ToDoubleFunction;

/** What settlement tells of itself. The gauges are over all cells: a series a program would have no bound. */
final class SettlementMetrics {
    final Counter settled;
    final Counter failures;
    final Timer batch;

    SettlementMetrics(MeterRegistry meters, Settler settler) {
        settled = Counter.builder("counterfoil.settlement.transactions")
                .description("Transactions written to PostgreSQL by this process")
                .register(meters);
        failures = Counter.builder("counterfoil.settlement.failures")
                .description("Runs that failed for now and are tried again")
                .register(meters);
        batch = Timer.builder("counterfoil.settlement.batch")
                .description("From the claim of a cell to the commit of its run")
                .publishPercentileHistogram(false)
                .register(meters);
        gauge(settler, "counterfoil.settlement.lag", Settler::lagSeconds)
                .description("Age of the oldest transaction that is not in PostgreSQL, the worst cell's")
                .baseUnit("seconds")
                .register(meters);
        gauge(settler, "counterfoil.settlement.backlog", Settler::backlog)
                .description("Journaled transactions that are not in PostgreSQL, the worst cell's")
                .register(meters);
        gauge(settler, "counterfoil.settlement.stopped.cells", s -> s.stopped().size())
                .description("Cells whose journal cannot be settled: see the log, the books wait for a person")
                .register(meters);
        gauge(settler, "counterfoil.settlement.dead.letters", Settler::deadLetters)
                .description(
                        "Transactions that the books lack because PostgreSQL refuses them, and those that depend on them")
                .register(meters);
        gauge(settler, "counterfoil.cells.cold", Settler::coldCells)
                .description("Cells that were opened and that Redis has lost: nothing is redeemed in them")
                .register(meters);
    }

    private static Gauge.Builder<Settler> gauge(Settler settler, String name, ToDoubleFunction<Settler> value) {
        return Gauge.builder(name, settler, value);
    }
}
