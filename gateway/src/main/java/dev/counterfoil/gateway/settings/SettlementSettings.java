package dev.counterfoil.gateway.settings;

/** Writing the journal to PostgreSQL. */
public record SettlementSettings(boolean enabled, int batchSize) {
    public SettlementSettings {
        Bounds.between("settlement.batch-size", batchSize, 1, 100_000);
    }

    public static SettlementSettings defaults() {
        return new SettlementSettings(true, 5_000);
    }
}
