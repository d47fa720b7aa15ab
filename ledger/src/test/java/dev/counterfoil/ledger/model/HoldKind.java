package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.model.Stored.FieldChange;
import dev.counterfoil.ledger.model.Stored.Fields;
import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.Map;

/** What a transaction takes is held until something closes the hold. */
final class HoldKind extends LegKind<HoldLeg> {
    static final String KEY = "holds";

    HoldKind() {
        super(HoldLeg.class, 8);
    }

    /** Sequence → deadline, of the open holds. */
    static Map<String, String> open(ReferenceCell cell, long nowMs) {
        return cell.find(KEY, Fields.class, nowMs).map(Fields::fields).orElse(Map.of());
    }

    @Override
    List<String> keys(HoldLeg leg) {
        return List.of(KEY);
    }

    @Override
    JsonArray data(HoldLeg leg) {
        return new JsonArray().add("hold").add(leg.lastsMs());
    }

    @Override
    Verdict check(HoldLeg leg, ReferenceCell cell, long nowMs) {
        Map<String, String> opened = Map.of(Long.toString(cell.sequence + 1), Long.toString(nowMs + leg.lastsMs()));
        return Verdict.moves(new JsonArray(), KEY + " " + (cell.sequence + 1), new FieldChange(KEY, opened));
    }

    @Override
    HoldLeg draw(Draw draw) {
        return new HoldLeg(draw.lasting());
    }
}
