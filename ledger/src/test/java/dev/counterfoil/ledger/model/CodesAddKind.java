package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.model.Stored.Pool;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.List;

/** Codes are added behind the others of an item's pool. */
final class CodesAddKind extends LegKind<CodesAddLeg> {
    CodesAddKind() {
        super(CodesAddLeg.class, 8);
    }

    @Override
    List<String> keys(CodesAddLeg leg) {
        return List.of(CodesKind.key(leg.sku()));
    }

    @Override
    JsonArray data(CodesAddLeg leg) {
        JsonArray data = new JsonArray()
                .add(leg.returned() ? "codes_back" : "codes_add")
                .add(leg.sku())
                .add(leg.codes().size());
        leg.codes().forEach(code -> data.add(code.substring(0, code.indexOf(':'))));
        return data;
    }

    @Override
    Verdict check(CodesAddLeg leg, ReferenceCell cell, long nowMs) {
        List<String> pool = new ArrayList<>(CodesKind.pool(cell, leg.sku(), nowMs));
        pool.addAll(leg.codes());
        return Verdict.moves(new JsonArray().add(pool.size()), CodesKind.key(leg.sku()), new Pool(List.copyOf(pool)));
    }

    @Override
    CodesAddLeg draw(Draw draw) {
        List<String> codes = new ArrayList<>();
        for (int left = draw.between(1, 4); left > 0; left--) {
            codes.add(draw.code());
        }
        return new CodesAddLeg(draw.sku(), codes, draw.chance(20));
    }
}
