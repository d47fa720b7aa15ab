package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.redis.LedgerLimits;

/** The reference keeps to the contract. */
class ReferenceLedgerTest extends LedgerContract {
    @Override
    protected TrialCell open(Timing timing, LedgerLimits limits) {
        return new ReferenceTrial(limits, timing);
    }
}
