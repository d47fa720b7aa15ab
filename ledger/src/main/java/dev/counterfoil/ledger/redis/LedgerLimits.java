package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Amounts;
import java.time.Duration;

/**
 * Bounds of the ledger.
 *
 * @param queue requests that wait for a cell, 1..1,000,000; past it 503
 * @param journalEntries stream entries (each a batch) past which nothing new is posted, 1,000..100,000,000
 * @param postedRecord how long the answer of a posted transaction is repeated, 24 h or more
 * @param refusedRecord how long a pinned refusal is repeated, 1 s..30 days
 */
public record LedgerLimits(int queue, long journalEntries, Duration postedRecord, Duration refusedRecord) {
    public LedgerLimits {
        Amounts.within("queue", queue, 1, 1_000_000);
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

    /** 10,000 waiting, 1,000,000 entries, 48 hours, 1 hour. */
    public static LedgerLimits standard() {
        return new LedgerLimits(10_000, 1_000_000, Duration.ofHours(48), Duration.ofHours(1));
    }
}
