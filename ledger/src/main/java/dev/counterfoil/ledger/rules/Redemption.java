package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Item;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * 核销: one card pays for items ({@link Checkout} is for all else). Which of the prices applies is not known until the script has seen the card, so every card
 * type that could pay is compiled with its own total. Refusals come in the order item, card, quota, or,
 * for publishable keys, item, quota, card, of which no more is told than that it cannot be redeemed.
 */
public final class Redemption implements Rule {
    private final Cell cell;
    private final IdempotencyKey key;
    private final String requestId;
    private final RedemptionRequest request;
    private final boolean cardLast;

    /** @param cardLast whether quotas are checked before the card, and its refusals tell nothing of it */
    public Redemption(Cell cell, IdempotencyKey key, String requestId, RedemptionRequest request, boolean cardLast) {
        if (!request.byOneCard()) {
            throw new IllegalArgumentException("request: several payers or an amount (expected: one card and lines)");
        }
        this.cell = cell;
        this.key = key;
        this.requestId = requestId;
        this.request = request;
        this.cardLast = cardLast;
    }

    @Override
    public Compiled compile(Catalog catalog, Instant now) {
        Optional<Refused> missing = SoldLines.missing(catalog, request);
        if (missing.isPresent()) {
            return new Declined(missing.get());
        }
        SoldLines sold = new SoldLines(catalog, request);
        List<Item> items = sold.items();
        List<Price> prices = prices(catalog, items);
        if (prices.isEmpty()) {
            return new Declined(Refused.of(Refusal.CARD_NOT_ACCEPTED));
        } else if (cardLast && prices.stream().allMatch(price -> price.amount() == Price.OTHER_THAN_EXPECTED)) {
            // Known without the card, of which the script would tell nothing.
            return new Declined(Refused.of(Refusal.PRICE_CHANGED));
        }
        List<Leg> legs = sold.stock();
        RedemptionRequest.Payment payment = request.cards().get(0);
        int beforeQuotas = legs.size();
        legs.addAll(sold.quotas(now));
        CardLeg card = new CardLeg(
                        payment.ids(), payment.number(), Set.of(CardState.ACTIVE), true, -1, prices, null, null)
                .spentBy(request.account())
                .aside(request.aside());
        legs.add(cardLast ? legs.size() : beforeQuotas, cardLast ? card.asUntold() : card);
        legs.addAll(sold.hold());
        return new Ready(new Transaction(
                cell, TransactionType.REDEMPTION, key, requestId, catalog.version(), legs, sold.journaled(List.of())));
    }

    /** The total for each card type that pays for every item. */
    private List<Price> prices(Catalog catalog, List<Item> items) {
        Long expected = request.expectedTotal();
        List<Price> prices = new ArrayList<>();
        for (CardType type : catalog.cardTypes().values()) {
            long total = total(type, items);
            if (total > 0) {
                boolean asExpected = expected == null || expected == total;
                prices.add(new Price(type.token(), asExpected ? total : Price.OTHER_THAN_EXPECTED));
            }
        }
        return prices;
    }

    /** 0 when the type does not pay for some item, or the total is beyond every balance. */
    private long total(CardType type, List<Item> items) {
        long total = 0;
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            OptionalLong price = item.price(type.asset());
            long quantity = request.lines().get(i).quantity();
            if (!type.accepts(item.sku()) || price.isEmpty() || price.getAsLong() > (Amounts.MAX - total) / quantity) {
                return 0;
            }
            total += price.getAsLong() * quantity;
        }
        return total;
    }
}
