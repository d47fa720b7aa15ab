package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.redis.LedgerLimits;

/** Accounts, split payments and previews of the reference keep to the contract. */
class ReferenceHoldTest extends HoldContract {
    @Override
    protected TrialCell open(Timing timing, LedgerLimits limits) {
        return new ReferenceTrial(limits, timing);
    }
}
