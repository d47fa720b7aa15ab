package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.redis.LedgerLimits;

/** The reference's legs keep to the contract. */
class ReferenceLegsTest extends LegContract {
    @Override
    protected TrialCell open(Timing timing, LedgerLimits limits) {
        return new ReferenceTrial(limits, timing);
    }
}
