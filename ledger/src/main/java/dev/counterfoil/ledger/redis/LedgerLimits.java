package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Amounts;
import java.time.Duration;

/**
 * Bounds of the ledger.
 *
 * @param queue transactions that wait for a cell, 1..1,000,000; past it 503
 * @param targetLatency from a cell's queue to its reply, 1 ms..1 min: as many may wait for a cell as it gets done in it (see {@link QueueLimit})
 * @param journalEntries stream entries (each a batch) past which nothing new is posted, 1,000..100,000,000
 * @param postedRecord how long the answer of a posted transaction is repeated, 24 h or more
 * @param refusedRecord how long a pinned refusal is repeated, 1 s..30 days
 */
public record LedgerLimits(
        int queue, Duration targetLatency, long journalEntries, Duration postedRecord, Duration refusedRecord) {
    private static final Duration TARGET_LATENCY = Duration.ofMillis(200);

    public LedgerLimits {
        Amounts.within("queue", queue, 1, 1_000_000);
        Amounts.within("targetLatency", targetLatency.toMillis(), 1, 60_000);
        Amounts.within("journalEntries", journalEntries, 1, 100_000_000);
        Amounts.within(
                "postedRecord",
                postedRecord.toMillis(),
                1_000,
                Duration.ofDays(3650).toMillis());
        Amounts.within(
                "refusedRecord",
                refusedRecord.toMillis(),
                1_000,
                Duration.ofDays(30).toMillis());
    }

    /** With a target of 200 ms. */
    public LedgerLimits(int queue, long journalEntries, Duration postedRecord, Duration refusedRecord) {
        this(queue, TARGET_LATENCY, journalEntries, postedRecord, refusedRecord);
    }

    /** 10,000 waiting, 200 ms, 1,000,000 entries, 48 hours, 1 hour. */
    public static LedgerLimits standard() {
        return new LedgerLimits(10_000, 1_000_000, Duration.ofHours(48), Duration.ofHours(1));
    }
}
