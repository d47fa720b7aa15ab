package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.model.LegContract;
import dev.counterfoil.ledger.model.Timing;
import dev.counterfoil.ledger.model.TrialCell;

/** The legs that post.lua knows keep to the contract. */
class PostLegsIT extends LegContract {
    @Override
    protected TrialCell open(Timing timing, LedgerLimits limits) {
        return LedgerOnRedis.open(KernelScripts.shipped(), timing, limits);
    }
}
