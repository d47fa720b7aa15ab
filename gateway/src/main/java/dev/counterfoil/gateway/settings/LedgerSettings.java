package dev.counterfoil.gateway.settings;

import java.time.Duration;

/** How transactions are posted; every number is a bound on memory or time. */
public record LedgerSettings(
        Durability durability,
        Duration idempotencyTtl,
        Duration refusalTtl,
        int queueLimit,
        int batchLimit,
        int journalLimit,
        int journalKeep) {

    /** What an answer waits for: Redis' memory, or its disk. */
    public enum Durability {
        ACCEPTED,
        DURABLE
    }

    public LedgerSettings {
        Bounds.between("ledger.idempotency-ttl", idempotencyTtl, Duration.ofHours(24), Duration.ofDays(90));
        Bounds.between("ledger.refusal-ttl", refusalTtl, Duration.ofMinutes(1), Duration.ofHours(24));
        Bounds.between("ledger.queue-limit", queueLimit, 1, 1_000_000);
        Bounds.between("ledger.batch-limit", batchLimit, 1, 500);
        Bounds.between("ledger.journal-limit", journalLimit, 1_000, 100_000_000);
        Bounds.between("ledger.journal-keep", journalKeep, 0, 1_000_000);
    }

    public static LedgerSettings defaults() {
        return new LedgerSettings(
                Durability.DURABLE, Duration.ofHours(24), Duration.ofHours(1), 10_000, 100, 2_000_000, 10_000);
    }
}
