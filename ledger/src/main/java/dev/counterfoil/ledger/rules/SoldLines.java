package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.catalog.Sale;
import dev.counterfoil.ledger.rules.RedemptionRequest.Line;
import dev.counterfoil.ledger.rules.RedemptionRequest.Money;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a redemption sells, whoever pays: legs of stock, codes and limits, and what the journal keeps of the request. */
final class SoldLines {
    private final Catalog catalog;
    private final RedemptionRequest request;
    private final List<Item> items;

    /** Every item must be in the catalog: {@link #missing} tells. */
    SoldLines(Catalog catalog, RedemptionRequest request) {
        this.catalog = catalog;
        this.request = request;
        this.items = request.lines().stream()
                .map(line -> catalog.item(line.item()).orElseThrow())
                .toList();
    }

    /** What the request lacks: an item that the catalog knows, an account where limits count per account. */
    static Optional<Refused> missing(Catalog catalog, RedemptionRequest request) {
        boolean accountNeeded =
                catalog.program().limits().needAccount() && !request.lines().isEmpty();
        for (Line line : request.lines()) {
            Optional<Item> item = catalog.item(line.item());
            if (item.isEmpty()) {
                return Optional.of(Refused.of(Refusal.ITEM_UNKNOWN, line.item()));
            }
            accountNeeded |= item.get().limits().needAccount();
        }
        return request.account() == null && accountNeeded
                ? Optional.of(Refused.of(Refusal.ACCOUNT_REQUIRED))
                : Optional.empty();
    }

    /** In the order of the lines. */
    List<Item> items() {
        return items;
    }

    /** Units and windows first, then codes. */
    List<Leg> stock() {
        List<Leg> legs = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            Sale sale = item.sale();
            long units = item.kind() == ItemKind.GOODS ? -quantity(i) : 0;
            if (units != 0 || sale.opensAt() != null || sale.closesAt() != null) {
                legs.add(new StockLeg(item.sku(), units, ms(sale.opensAt()), ms(sale.closesAt())));
            }
        }
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).kind() == ItemKind.CODE) {
                legs.add(new CodesLeg(items.get(i).sku(), (int) quantity(i)));
            }
        }
        return legs;
    }

    /** Limits count units: none where no item is named. Every card that pays is charged with all of them. */
    List<Leg> quotas(Instant now) {
        List<Leg> legs = new ArrayList<>();
        if (!items.isEmpty()) {
            List<String> cards = request.cards().stream().map(Payment::stableId).toList();
            new QuotaRules(catalog.program().zone(), now, request.account(), cards)
                    .add(catalog.program().limits(), items, request.lines(), legs);
        }
        return legs;
    }

    /** What the payers give is held, where the request says so. */
    List<Leg> hold() {
        return request.holdSeconds() == 0 ? List.of() : List.of(new HoldLeg(request.holdSeconds() * 1_000L));
    }

    /** @param assets what each line is paid in, or nothing where the card that paid tells */
    JsonObject journaled(List<String> assets) {
        JsonObject journaled = new JsonObject().put("lines", lines(assets));
        Money amount = request.amount();
        if (amount != null) {
            journaled.put("amount", amount.value()).put("asset", Assets.resolved(catalog.program(), amount.asset()));
        }
        put(journaled, "account", request.account());
        put(journaled, "reference", request.reference());
        if (!request.metadata().isEmpty()) {
            journaled.put("metadata", new JsonObject(new TreeMap<>(request.metadata())));
        }
        return journaled;
    }

    private JsonArray lines(List<String> assets) {
        JsonArray lines = new JsonArray();
        for (int i = 0; i < items.size(); i++) {
            JsonObject line = new JsonObject()
                    .put("item", items.get(i).sku())
                    .put("quantity", quantity(i))
                    .put("prices", new JsonObject(new TreeMap<>(items.get(i).prices())));
            if (!assets.isEmpty()) {
                line.put("asset", assets.get(i));
            }
            lines.add(line);
        }
        return lines;
    }

    private long quantity(int line) {
        return request.lines().get(line).quantity();
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
