package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.model.Stored.StoredCard;
import io.vertx.core.json.JsonArray;
import java.util.List;

/** A card comes into being. */
final class NewCardKind extends LegKind<NewCardLeg> {
    NewCardKind() {
        super(NewCardLeg.class, 14);
    }

    @Override
    List<String> keys(NewCardLeg leg) {
        return List.of(CardKind.PREFIX + leg.id());
    }

    @Override
    JsonArray data(NewCardLeg leg) {
        return new JsonArray()
                .add("new_card")
                .add(leg.id())
                .add(leg.apiId())
                .add(leg.number())
                .add(leg.typeToken())
                .add(leg.amount())
                .add(String.valueOf(leg.state().letter()))
                .add(leg.expiresAtMs())
                .add(leg.batch());
    }

    @Override
    Verdict check(NewCardLeg leg, ReferenceCell cell, long nowMs) {
        if (CardKind.card(cell, leg.id(), nowMs).isPresent()) {
            return Verdict.refuses(Refusal.CARD_EXISTS);
        }
        return Verdict.moves(
                new JsonArray(),
                CardKind.PREFIX + leg.id(),
                new StoredCard(
                        leg.apiId(),
                        leg.number(),
                        leg.typeToken(),
                        leg.amount(),
                        leg.state(),
                        leg.expiresAtMs(),
                        0,
                        null));
    }

    @Override
    NewCardLeg draw(Draw draw) {
        String id = draw.newCardId();
        return new NewCardLeg(
                id,
                "api" + id.substring(18),
                "100" + id.substring(18),
                draw.pick(Draw.TYPES),
                draw.amount(),
                draw.chance(88) ? CardState.ACTIVE : draw.pick(CardState.INACTIVE, CardState.FROZEN, CardState.VOID),
                draw.chance(70) ? 0 : draw.instant(),
                "bt_1");
    }
}
