package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.catalog.Sale;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * 核销: a card pays for items. Which of the prices applies is not known until the script has seen the card, so every card
 * type that could pay is compiled with its own total. Refusals come in the order item, card, quota, or,
 * for publishable keys, item, quota, card.
 */
public final class Redemption implements Rule {
    private final Cell cell;
    private final IdempotencyKey key;
    private final String requestId;
    private final RedemptionRequest request;
    private final boolean cardLast;

    /** @param cardLast whether quotas are checked before the card, so that a refusal tells nothing of the card */
    public Redemption(Cell cell, IdempotencyKey key, String requestId, RedemptionRequest request, boolean cardLast) {
        this.cell = cell;
        this.key = key;
        this.requestId = requestId;
        this.request = request;
        this.cardLast = cardLast;
    }

    @Override
    public Compiled compile(Catalog catalog, Instant now) {
        List<Item> items = new ArrayList<>(request.lines().size());
        for (RedemptionRequest.Line line : request.lines()) {
            Item item = catalog.items().get(line.item());
            if (item == null) {
                return new Declined(Refused.of(Refusal.ITEM_UNKNOWN, line.item()));
            }
            items.add(item);
        }
        if (request.account() == null && needsAccount(catalog, items)) {
            return new Declined(Refused.of(Refusal.ACCOUNT_REQUIRED));
        }
        List<Leg.Price> prices = prices(catalog, items);
        if (prices.isEmpty()) {
            return new Declined(Refused.of(Refusal.CARD_NOT_ACCEPTED));
        }
        List<Leg> legs = new ArrayList<>();
        stock(items, legs);
        RedemptionRequest.Payment payment = request.payment();
        int beforeQuotas = legs.size();
        new QuotaRules(catalog.program().zone(), now, request.account(), payment.stableId())
                .add(catalog.program().limits(), items, request.lines(), legs);
        legs.add(
                cardLast ? legs.size() : beforeQuotas,
                new Leg.CardLeg(
                        payment.ids(), payment.number(), Set.of(CardState.ACTIVE), true, -1, prices, null, null));
        return new Ready(new Transaction(
                cell, TransactionType.REDEMPTION, key, requestId, catalog.version(), legs, journaled(items)));
    }

    private static boolean needsAccount(Catalog catalog, List<Item> items) {
        return catalog.program().limits().needAccount()
                || items.stream().anyMatch(item -> item.limits().needAccount());
    }

    /** The total for each card type that pays for every item. */
    private List<Leg.Price> prices(Catalog catalog, List<Item> items) {
        Long expected = request.expectedTotal();
        List<Leg.Price> prices = new ArrayList<>();
        for (CardType type : catalog.cardTypes().values()) {
            long total = total(type, items);
            if (total > 0) {
                boolean asExpected = expected == null || expected == total;
                prices.add(new Leg.Price(type.token(), asExpected ? total : Leg.Price.OTHER_THAN_EXPECTED));
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

    private void stock(List<Item> items, List<Leg> legs) {
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            Sale sale = item.sale();
            long units = item.kind() == ItemKind.GOODS ? -request.lines().get(i).quantity() : 0;
            if (units != 0 || sale.opensAt() != null || sale.closesAt() != null) {
                legs.add(new Leg.StockLeg(item.sku(), units, ms(sale.opensAt()), ms(sale.closesAt())));
            }
        }
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).kind() == ItemKind.CODE) {
                legs.add(new Leg.CodesLeg(
                        items.get(i).sku(), (int) request.lines().get(i).quantity()));
            }
        }
    }

    private JsonObject journaled(List<Item> items) {
        JsonArray lines = new JsonArray();
        for (int i = 0; i < items.size(); i++) {
            lines.add(new JsonObject()
                    .put("item", items.get(i).sku())
                    .put("quantity", request.lines().get(i).quantity())
                    .put("prices", new JsonObject(new TreeMap<>(items.get(i).prices()))));
        }
        JsonObject journaled = new JsonObject().put("lines", lines);
        put(journaled, "account", request.account());
        put(journaled, "reference", request.reference());
        if (!request.metadata().isEmpty()) {
            journaled.put("metadata", new JsonObject(new TreeMap<>(request.metadata())));
        }
        return journaled;
    }

    private static void put(JsonObject json, String field, @Nullable String value) {
        if (value != null) {
            json.put(field, value);
        }
    }

    private static long ms(@Nullable Instant instant) {
        return instant == null ? 0 : Math.max(1, instant.toEpochMilli());
    }
}
