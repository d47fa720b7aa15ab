package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.FollowLeg;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.TransactionType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/** A reversal of a redemption as the API shows it, from what the journal or the books hold of it and from nothing else. */
final class ReversalJson {
    private ReversalJson() {}

    /** Whether it gives back a redemption; the issue of cards is reversed too. */
    static boolean isOne(JournaledTransaction transaction) {
        return transaction.type().equals(TransactionType.REVERSAL.label())
                && transaction.request().containsKey("of");
    }

    static JsonObject of(JournaledTransaction transaction) {
        JsonObject request = transaction.request();
        JsonObject body = new JsonObject()
                .put("id", transaction.id().toString())
                .put("type", transaction.type())
                .put("status", "posted")
                .put("program", transaction.cell().program())
                .put("of", request.getString("of"))
                .put("reason", request.getString("reason"));
        for (String field : new String[] {"account", "reference"}) {
            if (request.containsKey(field)) {
                body.put(field, request.getString(field));
            }
        }
        Map<String, Long> amounts = new TreeMap<>();
        JsonArray lines = new JsonArray();
        for (Object each : transaction.legs()) {
            JsonArray leg = (JsonArray) each;
            for (int i = FollowLeg.JOURNALED_PARTS; leg.getString(0).equals("follow") && i < leg.size(); i += 3) {
                returned(leg.getString(i), leg.getLong(i + 1), amounts, lines);
            }
        }
        if (amounts.values().stream().anyMatch(now -> now > 0)) {
            // An asset in which nothing returns this time is not told of.
            amounts.values().removeIf(now -> now == 0);
        }
        RedemptionJson.put(body, "amount", amounts);
        JsonArray payments = new JsonArray();
        RedemptionJson.payments(transaction).forEach(payments::add);
        return body.put("lines", lines)
                .put("payments", payments)
                .put("durability", transaction.durability().label())
                .put("created_at", Timestamps.text(transaction.at()));
    }

    private static void returned(String part, long now, Map<String, Long> amounts, JsonArray lines) {
        String name = part.substring(2);
        if (part.startsWith("a:")) {
            amounts.put(name, now);
        } else if (now > 0) {
            lines.add(new JsonObject().put("item", name).put("quantity", now));
        }
    }
}
