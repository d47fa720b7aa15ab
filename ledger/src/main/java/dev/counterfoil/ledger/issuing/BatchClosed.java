package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Refusal;

/** The batch takes no more cards: it was voided while it was being made. */
public final class BatchClosed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BatchClosed(String batch, Refusal reason) {
        super("batch " + batch + " takes no more cards: " + reason, null, false, false);
    }
}
