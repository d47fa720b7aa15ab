package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.DueLeg;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Amounts that the legs after it pay between them. */
final class DueKind extends LegKind<DueLeg> {
    DueKind() {
        super(DueLeg.class, 1);
    }

    @Override
    List<String> keys(DueLeg leg) {
        return List.of();
    }

    @Override
    JsonArray data(DueLeg leg) {
        JsonArray data = new JsonArray().add("due");
        leg.amounts().forEach(data::add);
        return data;
    }

    @Override
    Verdict check(DueLeg leg, ReferenceCell cell, long nowMs) {
        cell.open(new Dues(leg));
        return new Verdict.Moves(new JsonArray(), Map.of());
    }

    /** One that nobody pays: such a transaction is at fault. {@link Draw#checkout} draws those that are paid. */
    @Override
    DueLeg draw(Draw draw) {
        return of(draw, draw.between(1, 2));
    }

    static DueLeg of(Draw draw, int payers) {
        List<Long> amounts = new ArrayList<>();
        for (int left = draw.pick(1, 1, 2, 3); left > 0; left--) {
            amounts.add(Math.max(1, draw.near(draw.pick(10L, 50L, 100L))));
        }
        List<List<Integer>> places = new ArrayList<>();
        for (int payer = 0; payer < payers; payer++) {
            List<Integer> may = new ArrayList<>();
            for (int place = 0; place < amounts.size(); place++) {
                if (draw.chance(75)) {
                    may.add(place);
                }
            }
            places.add(may.isEmpty() ? List.of(amounts.size() - 1) : may);
        }
        return new DueLeg(amounts, places);
    }
}
