package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.secrets.CardNumbers;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.secrets.DigitalCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/**
 * A redemption as the API shows it, from what the journal or the books hold of it and from nothing else: the same bytes
 * whenever and wherever it is asked for.
 */
public final class RedemptionJson {
    private static final int SHOWN = 4;

    private final CodeCipher cipher;

    public RedemptionJson(CodeCipher cipher) {
        this.cipher = cipher;
    }

    /** @param revealed whether its codes are shown in clear, else masked */
    JsonObject of(JournaledTransaction transaction, boolean revealed) {
        JsonObject request = transaction.request();
        JsonArray paid = paid(transaction);
        String asset = asset(paid);
        JsonObject amount = amount(paid.getLong(4), asset);
        JsonArray lines = lines(transaction, asset, revealed);
        JsonObject card = card(paid);
        JsonObject body = new JsonObject()
                .put("id", transaction.id().toString())
                .put("type", transaction.type())
                .put("status", "posted")
                .put("program", transaction.cell().program());
        boolean single = lines.size() == 1;
        if (single) {
            JsonObject line = lines.getJsonObject(0);
            body.put("item", line.getString("item")).put("quantity", line.getLong("quantity"));
        }
        copy(request, body, "account");
        copy(request, body, "reference");
        copy(request, body, "metadata");
        body.put("amount", amount)
                .put("lines", lines)
                .put(
                        "payments",
                        new JsonArray().add(new JsonObject().put("card", card).put("amount", amount)))
                .put("card", card);
        if (single) {
            body.put("codes", lines.getJsonObject(0).getJsonArray("codes"));
        }
        return body.put("durability", transaction.data().getString("durability"))
                .put("created_at", Timestamps.text(transaction.at()));
    }

    /** The result of the card's leg. */
    private static JsonArray paid(JournaledTransaction transaction) {
        JsonArray legs = transaction.legs();
        for (int i = 0; i < legs.size(); i++) {
            if ("card".equals(legs.getJsonArray(i).getString(0))) {
                return transaction.results().getJsonArray(i);
            }
        }
        throw new IllegalStateException(transaction.id() + " has no card");
    }

    private static String asset(JsonArray paid) {
        String token = paid.getString(3);
        return token.substring(token.lastIndexOf(':') + 1);
    }

    private static JsonObject amount(long value, String asset) {
        return new JsonObject().put("value", value).put("asset", asset);
    }

    private static JsonObject card(JsonArray paid) {
        String number = paid.getString(2);
        return new JsonObject()
                .put("id", CardJson.PREFIX + paid.getString(1))
                .put("number", number)
                .put("last4", CardNumbers.last4(number))
                .put("balance", paid.getLong(5))
                .put("asset", asset(paid));
    }

    private JsonArray lines(JournaledTransaction transaction, String asset, boolean revealed) {
        Map<String, JsonArray> codes = codes(transaction, revealed);
        JsonArray lines = new JsonArray();
        JsonArray asked = transaction.request().getJsonArray("lines");
        for (int i = 0; i < asked.size(); i++) {
            JsonObject line = asked.getJsonObject(i);
            String item = line.getString("item");
            long quantity = line.getLong("quantity");
            long price = line.getJsonObject("prices").getLong(asset);
            lines.add(new JsonObject()
                    .put("item", item)
                    .put("quantity", quantity)
                    .put("amount", amount(price * quantity, asset))
                    .put("codes", codes.getOrDefault(item, new JsonArray())));
        }
        return lines;
    }

    private Map<String, JsonArray> codes(JournaledTransaction transaction, boolean revealed) {
        Map<String, JsonArray> codes = new HashMap<>();
        JsonArray legs = transaction.legs();
        for (int i = 0; i < legs.size(); i++) {
            JsonArray leg = legs.getJsonArray(i);
            if ("codes".equals(leg.getString(0))) {
                String sku = leg.getString(1);
                JsonArray shown = new JsonArray();
                for (Object entry : transaction.results().getJsonArray(i)) {
                    shown.add(code(transaction.cell().program(), sku, (String) entry, revealed));
                }
                codes.put(sku, shown);
            }
        }
        return codes;
    }

    private JsonObject code(String program, String sku, String entry, boolean revealed) {
        int colon = entry.indexOf(':');
        DigitalCode code = cipher.open(program, sku, entry.substring(0, colon), entry.substring(colon + 1));
        return revealed ? code.toJson() : new JsonObject().put("code", masked(code.code()));
    }

    /** The last characters of a code that is long enough to keep its worth without them. */
    static String masked(String code) {
        return code.length() < 3 * SHOWN ? "****" : "****" + code.substring(code.length() - SHOWN);
    }

    private static void copy(JsonObject from, JsonObject to, String field) {
        if (from.containsKey(field)) {
            to.put(field, from.getValue(field));
        }
    }
}
