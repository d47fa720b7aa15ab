package dev.counterfoil.ledger;

/**
 * One movement of a transaction. The legs of a transaction are checked in their order and posted together or not at all;
 * no two of them may touch the same key.
 */
public sealed interface Leg
        permits CardLeg,
                NewCardLeg,
                StockLeg,
                CodesLeg,
                CodesAddLeg,
                AccountLeg,
                DueLeg,
                PaidLeg,
                QuotaLeg,
                HoldLeg,
                FollowLeg {
    /** Of what a leg sets aside: just the amount that it takes. */
    long ASIDE_AMOUNT = -1;
}
