package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import java.util.Optional;

/** The batch takes no cards: it was voided while it was being made, a ceiling refused it, or its key belongs to another request. */
public final class BatchClosed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refused refused;
    private final boolean overCeiling;

    /** @param ceiling the name of the quota that bounds what is issued */
    BatchClosed(String batch, Refused refused, String ceiling) {
        super("batch " + batch + " takes no more cards: " + refused.reason(), null, false, false);
        this.refused = refused;
        this.overCeiling =
                refused.reason() == Refusal.QUOTA_EXCEEDED && refused.name().equals(ceiling);
    }

    /** Whether the key of its request belongs to another one. Nothing was made then. */
    public boolean keyReused() {
        return refused.reason() == Refusal.IDEMPOTENCY_KEY_REUSED;
    }

    /** The refusal, where the batch is more than may be issued. Nothing was made then. */
    public Optional<Refused> overCeiling() {
        return overCeiling ? Optional.of(refused) : Optional.empty();
    }
}
