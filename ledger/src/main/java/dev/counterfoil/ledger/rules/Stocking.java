package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.catalog.Catalog;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;

/** 入库: units of an item are added, or taken away down to zero, at any time, also in the middle of a sale. */
public record Stocking(Cell cell, IdempotencyKey key, String requestId, String sku, long delta) implements Rule {
    public Stocking {
        Amounts.within("delta", delta, -Amounts.MAX, Amounts.MAX);
    }

    @Override
    public Compiled compile(Catalog catalog, Instant now) {
        Item item = catalog.items().get(sku);
        if (item == null) {
            return new Declined(Refused.of(Refusal.ITEM_UNKNOWN, sku));
        } else if (item.kind() != ItemKind.GOODS) {
            return new Declined(Refused.of(Refusal.ITEM_HAS_NO_STOCK, sku));
        }
        return new Ready(new Transaction(
                cell,
                TransactionType.STOCKING,
                key,
                requestId,
                catalog.version(),
                List.of(new StockLeg(sku, delta, 0, 0)),
                new JsonObject().put("item", sku).put("delta", delta)));
    }

    /** The request in one fixed form, to be hashed. */
    public static String canonical(String sku, long delta) {
        return new JsonArray().add("stocking").add(sku).add(delta).encode();
    }
}
