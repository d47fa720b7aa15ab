package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Refusal;

/** The batch takes no cards: it was voided while it was being made, or its key belongs to another request. */
public final class BatchClosed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refusal reason;

    BatchClosed(String batch, Refusal reason) {
        super("batch " + batch + " takes no more cards: " + reason, null, false, false);
        this.reason = reason;
    }

    /** Whether the key of its request belongs to another one. Nothing was made then. */
    public boolean keyReused() {
        return reason == Refusal.IDEMPOTENCY_KEY_REUSED;
    }
}
