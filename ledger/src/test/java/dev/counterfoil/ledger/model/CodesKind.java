package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.model.Stored.Pool;
import io.vertx.core.json.JsonArray;
import java.util.List;

/** Codes are taken out of an item's pool, the oldest first. */
final class CodesKind extends LegKind<CodesLeg> {
    CodesKind() {
        super(CodesLeg.class, 8);
    }

    @Override
    List<String> keys(CodesLeg leg) {
        return List.of(key(leg.sku()));
    }

    static String key(String sku) {
        return "codes:" + sku;
    }

    static List<String> pool(ReferenceCell cell, String sku, long nowMs) {
        return cell.find(key(sku), Pool.class, nowMs).map(Pool::codes).orElse(List.of());
    }

    @Override
    JsonArray data(CodesLeg leg) {
        return new JsonArray().add("codes").add(leg.sku()).add(-leg.count());
    }

    @Override
    Verdict check(CodesLeg leg, ReferenceCell cell, long nowMs) {
        List<String> pool = pool(cell, leg.sku(), nowMs);
        if (pool.size() < leg.count()) {
            return Verdict.lacks(Refusal.INSUFFICIENT_STOCK, leg.count(), pool.size());
        }
        return Verdict.moves(
                new JsonArray(List.copyOf(pool.subList(0, leg.count()))),
                key(leg.sku()),
                new Pool(List.copyOf(pool.subList(leg.count(), pool.size()))));
    }

    @Override
    CodesLeg draw(Draw draw) {
        String sku = draw.sku();
        int size = pool(draw.cell(), sku, draw.nowMs()).size();
        return new CodesLeg(sku, draw.chance(80) ? draw.between(1, 3) : Math.max(1, size + draw.between(-1, 1)));
    }
}
