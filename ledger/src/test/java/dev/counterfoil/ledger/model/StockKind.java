package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.model.Stored.Units;
import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.Map;

/** Units of an item are sold or stocked inside the sale's window. */
final class StockKind extends LegKind<StockLeg> {
    StockKind() {
        super(StockLeg.class, 20);
    }

    @Override
    List<String> keys(StockLeg leg) {
        return List.of(key(leg.sku()));
    }

    private static String key(String sku) {
        return "item:" + sku;
    }

    private static long units(ReferenceCell cell, String sku, long nowMs) {
        return cell.find(key(sku), Units.class, nowMs).map(Units::units).orElse(0L);
    }

    @Override
    JsonArray data(StockLeg leg) {
        return new JsonArray().add("stock").add(leg.sku()).add(leg.delta());
    }

    @Override
    Verdict check(StockLeg leg, ReferenceCell cell, long nowMs) {
        if (leg.opensAtMs() > 0 && nowMs < leg.opensAtMs()) {
            return new Verdict.Refuses(Refusal.SALE_NOT_OPEN, "", 0, 0, leg.opensAtMs());
        } else if (leg.closesAtMs() > 0 && nowMs >= leg.closesAtMs()) {
            return Verdict.refuses(Refusal.SALE_CLOSED);
        }
        long units = units(cell, leg.sku(), nowMs);
        long after = units + leg.delta();
        if (after < 0) {
            return Verdict.lacks(Refusal.INSUFFICIENT_STOCK, -leg.delta(), units);
        } else if (after > Amounts.MAX) {
            return pastTheBound(leg.delta(), units);
        }
        JsonArray result = new JsonArray().add(after);
        return leg.delta() == 0
                ? new Verdict.Moves(result, Map.of())
                : Verdict.moves(result, key(leg.sku()), new Units(after));
    }

    @Override
    StockLeg draw(Draw draw) {
        String sku = draw.pick("crab", "tea", "silk");
        long units = units(draw.cell(), sku, draw.nowMs());
        boolean windowed = draw.chance(25);
        return new StockLeg(
                sku,
                draw.chance(60) ? -draw.near(units) : draw.near(Amounts.MAX - units),
                windowed ? draw.instant() : 0,
                windowed ? draw.instant() : 0);
    }
}
