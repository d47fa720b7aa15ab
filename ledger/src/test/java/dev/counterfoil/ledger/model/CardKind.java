package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.model.Stored.StoredCard;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A card is debited, credited, or changes its state. */
final class CardKind extends LegKind<CardLeg> {
    static final String PREFIX = "card:";

    CardKind() {
        super(CardLeg.class, 35);
    }

    @Override
    List<String> keys(CardLeg leg) {
        return leg.ids().stream().map(id -> PREFIX + id).toList();
    }

    @Override
    JsonArray data(CardLeg leg) {
        JsonArray data = new JsonArray().add("card").add(leg.sign());
        if (leg.setAside() != 0 || leg.newOwner() != null) {
            data.add(leg.setAside() == 0 ? "" : asideText(leg.setAside()));
        }
        return leg.newOwner() == null ? data : data.add(leg.newOwner());
    }

    @Override
    Verdict check(CardLeg leg, ReferenceCell cell, long nowMs) {
        Verdict verdict = told(leg, cell, nowMs);
        return leg.untold() && verdict instanceof Verdict.Refuses ? Verdict.refuses(Refusal.CARD_UNKNOWN) : verdict;
    }

    private static Verdict told(CardLeg leg, ReferenceCell cell, long nowMs) {
        Optional<String> found = leg.ids().stream()
                .filter(id -> card(cell, id, nowMs).isPresent())
                .findFirst();
        if (found.isEmpty()) {
            return Verdict.refuses(Refusal.CARD_UNKNOWN);
        }
        String id = found.get();
        StoredCard card = card(cell, id, nowMs).orElseThrow();
        Price price = priceFor(leg, card);
        Refusal refusal = refusal(leg, card, price, nowMs);
        if (refusal == Refusal.INSUFFICIENT_BALANCE) {
            return Verdict.lacks(refusal, price.amount(), card.balance());
        } else if (refusal != null) {
            return Verdict.refuses(refusal);
        }
        long amount = price.amount() == Price.DRAWN ? cell.dues().drawn(card.balance()) : price.amount();
        long after = card.balance() + leg.sign() * amount;
        if (after > Amounts.MAX) {
            return pastTheBound(amount, card.balance());
        }
        StoredCard changed = card.with(after, leg.newState() == null ? card.state() : leg.newState());
        JsonArray result = new JsonArray()
                .add(id)
                .add(card.apiId())
                .add(card.number())
                .add(card.typeToken())
                .add(amount)
                .add(after)
                .add(String.valueOf(changed.state().letter()));
        if (leg.newExpiresAtMs() != null) {
            result.add(leg.newExpiresAtMs());
            changed = changed.until(leg.newExpiresAtMs());
        }
        long aside = keptAside(card.held(), leg.setAside(), amount);
        if (aside > Amounts.MAX) {
            return pastTheBound(amount, card.held());
        }
        changed = changed.holding(aside);
        if (leg.newOwner() != null) {
            changed = changed.ownedBy(leg.newOwner());
        }
        return Verdict.moves(result, PREFIX + id, changed);
    }

    /** The first of: unknown, its state, expired, type, balance, balance not the expected one; null when none applies. */
    private static @Nullable Refusal refusal(CardLeg leg, StoredCard card, @Nullable Price price, long nowMs) {
        if (leg.number() != null && !leg.number().equals(card.number())) {
            return Refusal.CARD_UNKNOWN;
        } else if (!leg.allowed().contains(card.state())) {
            return refusalOf(card.state());
        } else if (leg.refuseExpired() && card.expired(nowMs)) {
            return Refusal.CARD_EXPIRED;
        } else if (leg.spender() != null
                && card.owner() != null
                && !leg.spender().equals(card.owner())) {
            return Refusal.CARD_NOT_OWNED;
        } else if (price == null) {
            return Refusal.CARD_NOT_ACCEPTED;
        } else if (price.amount() == Price.OTHER_THAN_EXPECTED) {
            return Refusal.PRICE_CHANGED;
        } else if (leg.sign() < 0 && card.balance() < price.amount()) {
            return Refusal.INSUFFICIENT_BALANCE;
        } else if (leg.expectedBalance() != null && leg.expectedBalance() != card.balance()) {
            return Refusal.BALANCE_UNEXPECTED;
        }
        return null;
    }

    private static Refusal refusalOf(CardState state) {
        return switch (state) {
            case VOID -> Refusal.CARD_VOID;
            case FROZEN -> Refusal.CARD_FROZEN;
            case INACTIVE -> Refusal.CARD_INACTIVE;
            case ACTIVE -> Refusal.BALANCE_UNEXPECTED;
        };
    }

    private static @Nullable Price priceFor(CardLeg leg, StoredCard card) {
        return leg.prices().stream()
                .filter(price -> price.typeToken().equals(card.typeToken()))
                .findFirst()
                .orElse(null);
    }

    static Optional<StoredCard> card(ReferenceCell cell, String id, long nowMs) {
        return cell.find(PREFIX + id, StoredCard.class, nowMs);
    }

    @Override
    CardLeg draw(Draw draw) {
        List<String> ids = draw.cardIds();
        Optional<StoredCard> card = ids.stream()
                .flatMap(id -> card(draw.cell(), id, draw.nowMs()).stream())
                .findFirst();
        long balance = card.map(StoredCard::balance).orElse(10L);
        int sign = draw.pick(-1, -1, -1, 1, 0);
        return new CardLeg(
                ids,
                draw.chance(80)
                        ? null
                        : draw.chance(75) && card.isPresent() ? card.get().number() : "999",
                allowed(draw),
                draw.chance(85),
                sign,
                prices(draw, sign, card),
                draw.chance(88) ? null : draw.chance(75) ? balance : draw.near(balance),
                draw.chance(85)
                        ? null
                        : draw.pick(
                                CardState.ACTIVE,
                                CardState.ACTIVE,
                                CardState.INACTIVE,
                                CardState.FROZEN,
                                CardState.VOID),
                draw.chance(90) ? null : draw.pick(0L, draw.nowMs() + 1, draw.nowMs() + 60_000),
                draw.chance(85) ? 0 : draw.aside(card.map(StoredCard::held).orElse(0L)),
                draw.chance(55) ? null : draw.pick("", draw.account()),
                draw.chance(80) ? null : draw.account(),
                draw.chance(15));
    }

    /** A card that gives what it has to what is due. */
    static CardLeg paying(Draw draw) {
        List<Price> prices = new ArrayList<>();
        for (String type : Draw.TYPES) {
            if (draw.chance(90)) {
                prices.add(new Price(type, Price.DRAWN));
            }
        }
        return new CardLeg(
                draw.cardIds(),
                null,
                Set.of(CardState.ACTIVE),
                true,
                -1,
                prices.isEmpty() ? List.of(new Price("none:CNY", Price.DRAWN)) : prices,
                null,
                null);
    }

    private static Set<CardState> allowed(Draw draw) {
        if (draw.chance(60)) {
            return Set.of(CardState.ACTIVE);
        }
        Set<CardState> allowed = EnumSet.noneOf(CardState.class);
        for (CardState state : CardState.values()) {
            if (draw.chance(70)) {
                allowed.add(state);
            }
        }
        return allowed;
    }

    private static List<Price> prices(Draw draw, int sign, Optional<StoredCard> card) {
        List<Price> prices = new ArrayList<>();
        for (String type : Draw.TYPES) {
            boolean own = card.isPresent() && card.get().typeToken().equals(type);
            if (draw.chance(own ? 92 : 50)) {
                long balance = own ? card.get().balance() : 10;
                long amount = sign > 0 ? draw.near(Amounts.MAX - balance) : draw.near(balance);
                prices.add(new Price(type, draw.chance(4) ? Price.OTHER_THAN_EXPECTED : amount));
            }
        }
        return prices.isEmpty() ? List.of(new Price("none:CNY", 1)) : prices;
    }
}
