package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Amounts;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A checkout as it was asked for, its secrets already replaced by card ids.
 *
 * @param lines 1..{@value #MOST_LINES}, each item once
 * @param expectedTotal what the caller showed the holder, in the card's asset
 * @param account the storefront's own id of the holder
 */
public record RedemptionRequest(
        Payment payment,
        List<Line> lines,
        @Nullable Long expectedTotal,
        @Nullable String account,
        @Nullable String reference,
        Map<String, String> metadata) {
    public static final int MOST_LINES = 20;
    public static final int MOST_QUANTITY = 1000;

    /**
     * A card that pays.
     *
     * @param ids candidates for its id, one a pepper
     * @param stableId the id under the oldest pepper: the same whichever peppers come later
     * @param number as presented, null when only the secret was
     */
    public record Payment(
            List<String> ids, String stableId, @Nullable String number) {
        public Payment {
            ids = List.copyOf(ids);
        }
    }

    /** An item and how many of it, 1..{@value #MOST_QUANTITY}. */
    public record Line(String item, long quantity) {
        public Line {
            Amounts.within("quantity", quantity, 1, MOST_QUANTITY);
        }
    }

    public RedemptionRequest {
        lines = List.copyOf(lines);
        metadata = Map.copyOf(metadata);
        Amounts.within("lines", lines.size(), 1, MOST_LINES);
    }

    /** The request in one fixed form, to be hashed: the same for the same request, whatever the order of its fields. */
    public String canonical() {
        JsonArray items = new JsonArray();
        lines.forEach(line -> items.add(new JsonArray().add(line.item()).add(line.quantity())));
        return new JsonArray()
                .add("redemption")
                .add(payment.stableId())
                .add(payment.number())
                .add(items)
                .add(expectedTotal)
                .add(account)
                .add(reference)
                .add(new JsonObject(new TreeMap<>(metadata)))
                .encode();
    }
}
