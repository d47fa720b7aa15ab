package dev.counterfoil.gateway.settings;

import dev.counterfoil.ledger.Durability;
import java.time.Duration;

/** How transactions are posted; every number is a bound on memory or time. */
public record LedgerSettings(
        Durability durability,
        Duration settledWait,
        Duration idempotencyTtl,
        Duration refusalTtl,
        int queueLimit,
        Duration targetLatency,
        int journalLimit,
        int journalKeep,
        boolean reverseToExpired,
        boolean reverseToFrozen,
        Rebuild rebuild) {

    /** Who opens a cell again that Redis lost. */
    public enum Rebuild {
        /** Somebody, with the command {@code rebuild}. */
        MANUAL,
        /** A gateway that finds it cold, where that is safe. */
        AUTO
    }

    public LedgerSettings {
        Bounds.between("ledger.settled-wait", settledWait, Duration.ofMillis(10), Duration.ofMinutes(1));
        Bounds.between("ledger.idempotency-ttl", idempotencyTtl, Duration.ofHours(24), Duration.ofDays(90));
        Bounds.between("ledger.refusal-ttl", refusalTtl, Duration.ofMinutes(1), Duration.ofDays(30));
        Bounds.between("ledger.queue-limit", queueLimit, 1, 1_000_000);
        Bounds.between("ledger.target-latency", targetLatency, Duration.ofMillis(5), Duration.ofMinutes(1));
        Bounds.between("ledger.journal-limit", journalLimit, 1_000, 100_000_000);
        Bounds.between("ledger.journal-keep", journalKeep, 0, 1_000_000);
    }

    /**
     * How many settled transactions stay in a journal: {@link #journalKeep}, but at most half of {@link #journalLimit}. Each may
     * be an entry of its own, and settled ones alone must not fill the journal.
     */
    public int journalKept() {
        return Math.min(journalKeep, journalLimit / 2);
    }

    public static LedgerSettings defaults() {
        return new LedgerSettings(
                Durability.DURABLE,
                Duration.ofSeconds(3),
                Duration.ofHours(48),
                Duration.ofHours(1),
                10_000,
                Duration.ofMillis(200),
                1_000_000,
                100_000,
                true,
                true,
                Rebuild.MANUAL);
    }
}
