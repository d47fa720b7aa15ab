package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Refusal;
import io.vertx.core.json.JsonArray;
import java.util.List;

/**
 * All that the reference and the random sequences know of one kind of leg. To add a kind, write one of these and name it
 * in {@link LegKinds#ALL}.
 */
abstract class LegKind<L extends Leg> {
    private final Class<L> type;

    /** How often this kind is drawn, beside the others. */
    final int weight;

    LegKind(Class<L> type, int weight) {
        this.type = type;
        this.weight = weight;
    }

    /** The keys that {@code leg} touches, without the cell's tag. No two legs of a transaction may share one. */
    abstract List<String> keys(L leg);

    /** The leg as the journal keeps it. */
    abstract JsonArray data(L leg);

    /** Checks {@code leg} against the cell as it stands, in the documented precedence; changes nothing. */
    abstract Verdict check(L leg, ReferenceCell cell, long nowMs);

    /** A random leg that often hits the bounds of what the cell holds now. */
    abstract L draw(Draw draw);

    final boolean isOf(Leg leg) {
        return type.isInstance(leg);
    }

    final List<String> keysOf(Leg leg) {
        return keys(type.cast(leg));
    }

    final JsonArray dataOf(Leg leg) {
        return data(type.cast(leg));
    }

    final Verdict verdict(Leg leg, ReferenceCell cell, long nowMs) {
        return check(type.cast(leg), cell, nowMs);
    }

    /** What is set aside after a leg that takes {@code amount}. */
    static long keptAside(long before, long setAside, long amount) {
        long after = setAside == Leg.ASIDE_AMOUNT ? before + amount : before - setAside;
        if (after < 0) {
            throw fault("a leg sets aside what is not there");
        }
        return after;
    }

    /** Refuses what would come to more than a balance may be. */
    static Verdict pastTheBound(long amount, long before) {
        return Verdict.lacks(Refusal.BALANCE_LIMIT, amount, before);
    }

    /** How the journal has what a leg sets aside. */
    static String asideText(long setAside) {
        return setAside == Leg.ASIDE_AMOUNT ? "+" : Long.toString(setAside);
    }

    /** The kernel writes nothing and says that it was asked for what cannot be. */
    static LedgerFault.Faulty fault(String what) {
        return new LedgerFault.Faulty(what);
    }
}
