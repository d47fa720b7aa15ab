package dev.counterfoil.ledger.settlement;

import java.time.Duration;

/**
 * How settlement works.
 *
 * @param threads that settle, 1..8
 * @param batchSize transactions a commit, 1..100,000; whole journal entries, so one entry more may be taken
 * @param interval the least time between two commits of one cell while little waits: larger batches cost less
 * @param sweep how often every cell is looked at, also those that no post of this process marked
 * @param journalKeep settled sequences that stay in the journal, to answer replays without PostgreSQL
 */
public record SettlementSettings(int threads, int batchSize, Duration interval, Duration sweep, long journalKeep) {
    /** What suits a gateway. */
    public static final SettlementSettings DEFAULTS =
            new SettlementSettings(2, 5_000, Duration.ofMillis(100), Duration.ofSeconds(2), 100_000);

    public SettlementSettings {
        within("settlement.threads", threads, 1, 8);
        within("settlement.batch-size", batchSize, 1, 100_000);
        within("settlement.interval ms", interval.toMillis(), 0, 10_000);
        within("settlement.sweep ms", sweep.toMillis(), 10, 60_000);
        within("ledger.journal-keep", journalKeep, 0, 1_000_000_000);
    }

    private static void within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + ".." + most + ")");
        }
    }
}
