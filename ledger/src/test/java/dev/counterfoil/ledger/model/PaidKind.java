package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.PaidLeg;
import dev.counterfoil.ledger.Refusal;
import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.Map;

/** Closes the dues. */
final class PaidKind extends LegKind<PaidLeg> {
    PaidKind() {
        super(PaidLeg.class, 1);
    }

    @Override
    List<String> keys(PaidLeg leg) {
        return List.of();
    }

    @Override
    JsonArray data(PaidLeg leg) {
        JsonArray data = new JsonArray().add("paid").add(leg.mayRemain() ? 1 : 0);
        return leg.mayBeNothing() ? data.add(1) : data;
    }

    @Override
    Verdict check(PaidLeg leg, ReferenceCell cell, long nowMs) {
        Dues dues = cell.dues();
        dues.everybodyPaid();
        for (int place = 0; place < dues.asked().size(); place++) {
            long open = dues.open(place);
            if (open > 0 && !leg.mayRemain()) {
                return Verdict.lacks(
                        Refusal.INSUFFICIENT_BALANCE,
                        dues.asked().get(place),
                        dues.asked().get(place) - open);
            }
        }
        if (dues.nothingGiven() && !leg.mayBeNothing()) {
            return Verdict.lacks(Refusal.INSUFFICIENT_BALANCE, dues.asked().get(0), 0);
        }
        JsonArray remaining = new JsonArray();
        for (int place = 0; place < dues.asked().size(); place++) {
            remaining.add(dues.open(place));
        }
        cell.close();
        return new Verdict.Moves(remaining, Map.of());
    }

    @Override
    PaidLeg draw(Draw draw) {
        return of(draw, 30);
    }

    /** @param remains in how many of 100 something may remain */
    static PaidLeg of(Draw draw, int remains) {
        boolean mayRemain = draw.chance(remains);
        return new PaidLeg(mayRemain, mayRemain && draw.chance(40));
    }
}
