package dev.counterfoil.gateway.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.counterfoil.gateway.http.JsonBody;
import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.FollowLeg;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.TransactionType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
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

    static JsonBody of(JournaledTransaction transaction) {
        Map<String, Long> amounts = new TreeMap<>();
        Map<String, Long> units = new LinkedHashMap<>();
        for (Object each : transaction.legs()) {
            JsonArray leg = (JsonArray) each;
            for (int i = FollowLeg.JOURNALED_PARTS; leg.getString(0).equals("follow") && i < leg.size(); i += 3) {
                returned(leg.getString(i), leg.getLong(i + 1), amounts, units);
            }
        }
        if (amounts.values().stream().anyMatch(now -> now > 0)) {
            // An asset in which nothing returns this time is not told of.
            amounts.values().removeIf(now -> now == 0);
        }
        return json -> write(json, transaction, amounts, units);
    }

    private static void returned(String part, long now, Map<String, Long> amounts, Map<String, Long> units) {
        String name = part.substring(2);
        if (part.startsWith("a:")) {
            amounts.put(name, now);
        } else if (now > 0) {
            units.put(name, now);
        }
    }

    private static void write(
            JsonGenerator json, JournaledTransaction transaction, Map<String, Long> amounts, Map<String, Long> units)
            throws IOException {
        JsonObject request = transaction.request();
        json.writeStartObject();
        json.writeStringField("id", transaction.id().toString());
        json.writeStringField("type", transaction.type());
        json.writeStringField("status", "posted");
        json.writeStringField("program", transaction.cell().program());
        json.writeStringField("of", request.getString("of"));
        json.writeStringField("reason", request.getString("reason"));
        RedemptionJson.copy(request, json, "account");
        RedemptionJson.copy(request, json, "reference");
        Payments.writeSums(json, "amount", amounts);
        json.writeArrayFieldStart("lines");
        for (Map.Entry<String, Long> line : units.entrySet()) {
            json.writeStartObject();
            json.writeStringField("item", line.getKey());
            json.writeNumberField("quantity", line.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
        Payments.write(json, Payments.of(transaction));
        json.writeStringField("durability", transaction.durability().label());
        json.writeStringField("created_at", Timestamps.text(transaction.at()));
        json.writeEndObject();
    }
}
