package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.DueLeg;
import java.util.List;

/** What is still to be paid within one transaction. */
final class Dues {
    private final DueLeg leg;
    private final long[] open;
    private int payer;

    Dues(DueLeg leg) {
        this.leg = leg;
        this.open = leg.amounts().stream().mapToLong(Long::longValue).toArray();
    }

    List<Long> asked() {
        return leg.amounts();
    }

    long open(int place) {
        return open[place];
    }

    boolean nothingGiven() {
        for (int place = 0; place < open.length; place++) {
            if (open[place] != asked().get(place)) {
                return false;
            }
        }
        return true;
    }

    /** What the next payer, who has {@code balance}, gives. */
    long drawn(long balance) {
        if (payer >= leg.payers().size()) {
            throw LegKind.fault("a leg pays what nothing is due for");
        }
        long rest = balance;
        for (int place : leg.payers().get(payer++)) {
            long part = Math.min(rest, open[place]);
            open[place] -= part;
            rest -= part;
        }
        return balance - rest;
    }

    void everybodyPaid() {
        if (payer < leg.payers().size()) {
            throw LegKind.fault("not all have paid who were to");
        }
    }
}
