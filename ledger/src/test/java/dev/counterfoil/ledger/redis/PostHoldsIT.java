package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.model.HoldContract;
import dev.counterfoil.ledger.model.Timing;
import dev.counterfoil.ledger.model.TrialCell;

/** Accounts, split payments and previews keep to the contract. */
class PostHoldsIT extends HoldContract {
    @Override
    protected TrialCell open(Timing timing, LedgerLimits limits) {
        return LedgerOnRedis.open(KernelScripts.shipped(), timing, limits);
    }
}
