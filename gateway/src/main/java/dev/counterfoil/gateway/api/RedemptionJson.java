package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.rules.Redeemed;
import dev.counterfoil.ledger.secrets.CardNumbers;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.secrets.DigitalCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** As it is answered first, and again to the same key. */
    JsonObject first(JournaledTransaction transaction, boolean revealed) {
        return of(transaction, Redeemed.isHeld(transaction) ? Became.HELD : Became.POSTED, revealed);
    }

    /** @param revealed whether its codes are shown in clear, else masked */
    JsonObject of(JournaledTransaction transaction, Became became, boolean revealed) {
        boolean preview = transaction.sequence() == 0;
        JsonObject request = transaction.request();
        List<Paid> paid = paid(transaction);
        JsonArray lines = lines(transaction, became, paid.get(0).asset(), revealed);
        JsonArray payments = new JsonArray();
        paid.forEach(payment -> payments.add(payment.json()));
        JsonObject body = new JsonObject();
        if (!preview) {
            body.put("id", transaction.id().toString());
        }
        body.put("type", transaction.type())
                .put("status", preview ? "preview" : became.status())
                .put("program", transaction.cell().program());
        boolean single = lines.size() == 1;
        if (single) {
            JsonObject line = lines.getJsonObject(0);
            body.put("item", line.getString("item")).put("quantity", line.getLong("quantity"));
            copy(line, body, "captured_quantity");
            copy(line, body, "reversed_quantity");
        }
        copy(request, body, "account");
        copy(request, body, "reference");
        copy(request, body, "metadata");
        totals(transaction, paid, body);
        afterwards(transaction, became, body);
        body.put("lines", lines).put("payments", payments);
        if (paid.size() == 1 && payments.getJsonObject(0).containsKey("card")) {
            body.put("card", payments.getJsonObject(0).getJsonObject("card"));
        }
        if (single) {
            body.put("codes", lines.getJsonObject(0).getJsonArray("codes"));
        }
        if (!preview) {
            body.put("durability", transaction.durability().label());
        }
        return body.put("created_at", Timestamps.text(transaction.at()));
    }

    /** As a step left it, with the balances that its payers have after the step, and with the level that the step reached. */
    JsonObject after(JournaledTransaction step, JournaledTransaction redemption) {
        JsonObject body = of(redemption, Became.by(step), true)
                .put("durability", step.durability().label());
        List<JsonObject> now = payments(step);
        for (Object each : body.getJsonArray("payments")) {
            for (JsonObject moved : now) {
                balance((JsonObject) each, moved, "card");
                balance((JsonObject) each, moved, "account");
            }
        }
        if (body.containsKey("card")) {
            body.put("card", body.getJsonArray("payments").getJsonObject(0).getJsonObject("card"));
        }
        return body;
    }

    private static void balance(JsonObject payment, JsonObject moved, String kind) {
        JsonObject payer = payment.getJsonObject(kind);
        JsonObject after = moved.getJsonObject(kind);
        if (payer != null
                && after != null
                && payer.getString("id").equals(after.getString("id"))
                && payer.getString("asset").equals(after.getString("asset"))) {
            payer.put("balance", after.getLong("balance"));
        }
    }

    /** The hold and its deadline, what was captured of it, and what was reversed. */
    private static void afterwards(JournaledTransaction transaction, Became became, JsonObject body) {
        boolean followed = !became.returned().isEmpty() && became.status().equals("posted");
        if (!followed && !Redeemed.isHeld(transaction)) {
            return;
        }
        Redeemed redeemed = Redeemed.of(transaction);
        if (redeemed.held()) {
            Instant deadline = Instant.ofEpochMilli(redeemed.deadlineMs());
            body.put("hold", new JsonObject().put("expires_at", Timestamps.text(deadline)));
        }
        if (!followed) {
            return;
        }
        Map<String, Long> captured = new LinkedHashMap<>();
        Map<String, Long> reversed = new LinkedHashMap<>();
        redeemed.wholes().forEach((part, whole) -> {
            if (part.startsWith("a:")) {
                long closed = became.closed().getOrDefault(part, 0L);
                captured.put(part.substring(2), whole - closed);
                reversed.put(part.substring(2), became.returned().getOrDefault(part, 0L) - closed);
            }
        });
        if (became.wasCaptured()) {
            put(body, "captured_amount", captured);
        }
        put(body, "reversed_amount", reversed);
    }

    /** One amount under {@code name}, or a list under its plural. */
    static void put(JsonObject body, String name, Map<String, Long> sums) {
        JsonArray amounts = new JsonArray();
        sums.forEach((asset, sum) -> amounts.add(amount(sum, asset)));
        if (amounts.size() == 1) {
            body.put(name, amounts.getJsonObject(0));
        } else {
            body.put(name + "s", amounts);
        }
    }

    /** {@code amount} where all was paid in one asset, else {@code amounts}; and what remains of what was asked for. */
    private static void totals(JournaledTransaction transaction, List<Paid> paid, JsonObject body) {
        Map<String, Long> sums = new LinkedHashMap<>();
        paid.forEach(payment -> sums.merge(payment.asset(), payment.amount(), Math::addExact));
        put(body, "amount", sums);
        remaining(transaction, body);
    }

    /** Only where the payers might have had less than was asked for: {@code up_to}. */
    private static void remaining(JournaledTransaction transaction, JsonObject body) {
        JsonObject request = transaction.request();
        JsonArray legs = transaction.legs();
        for (int i = 0; i < legs.size(); i++) {
            JsonArray leg = legs.getJsonArray(i);
            if ("paid".equals(leg.getString(0)) && leg.getLong(1) == 1) {
                Map<String, Long> rests = new LinkedHashMap<>();
                JsonArray open = transaction.results().getJsonArray(i);
                for (int place = 0; place < open.size(); place++) {
                    String asset = request.containsKey("asset")
                            ? request.getString("asset")
                            : request.getJsonArray("lines").getJsonObject(place).getString("asset");
                    rests.merge(asset, open.getLong(place), Math::addExact);
                }
                JsonArray remaining = new JsonArray();
                rests.forEach((asset, rest) -> remaining.add(amount(rest, asset)));
                body.put("remaining", remaining.size() == 1 ? remaining.getJsonObject(0) : remaining);
            }
        }
    }

    /** A payment: what it is, and what it paid of which asset. */
    private record Paid(JsonObject payer, String kind, long amount, String asset) {
        JsonObject json() {
            return new JsonObject().put(kind, payer).put("amount", RedemptionJson.amount(amount, asset));
        }
    }

    /** Who paid, or was paid back, and what. */
    static List<JsonObject> payments(JournaledTransaction transaction) {
        return moved(transaction).stream().map(Paid::json).toList();
    }

    /** The results of the legs that paid, in their order. */
    private static List<Paid> paid(JournaledTransaction transaction) {
        List<Paid> paid = moved(transaction);
        if (paid.isEmpty()) {
            throw new IllegalStateException("transaction " + transaction.sequence() + " was paid by nobody");
        }
        return paid;
    }

    private static List<Paid> moved(JournaledTransaction transaction) {
        List<Paid> paid = new ArrayList<>();
        JsonArray legs = transaction.legs();
        for (int i = 0; i < legs.size(); i++) {
            JsonArray leg = legs.getJsonArray(i);
            JsonArray result = transaction.results().getJsonArray(i);
            if ("card".equals(leg.getString(0))) {
                paid.add(new Paid(card(result), "card", result.getLong(4), asset(result)));
            } else if ("account".equals(leg.getString(0))) {
                String asset = leg.getString(2);
                JsonObject account = new JsonObject()
                        .put("id", leg.getString(1))
                        .put("balance", result.getLong(1))
                        .put("asset", asset);
                paid.add(new Paid(account, "account", result.getLong(0), asset));
            }
        }
        return paid;
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

    /** @param asset what lines are paid in that do not say it themselves */
    private JsonArray lines(JournaledTransaction transaction, Became became, String asset, boolean revealed) {
        Map<String, JsonArray> codes = codes(transaction, became, revealed);
        JsonArray lines = new JsonArray();
        JsonArray asked = transaction.request().getJsonArray("lines");
        for (int i = 0; i < asked.size(); i++) {
            JsonObject line = asked.getJsonObject(i);
            String item = line.getString("item");
            long quantity = line.getLong("quantity");
            String paidIn = line.getString("asset", asset);
            long price = line.getJsonObject("prices").getLong(paidIn);
            JsonObject shown = new JsonObject().put("item", item).put("quantity", quantity);
            quantities(became, item, quantity, shown);
            lines.add(shown.put("amount", amount(price * quantity, paidIn))
                    .put("codes", codes.getOrDefault(item, new JsonArray())));
        }
        return lines;
    }

    private static void quantities(Became became, String item, long quantity, JsonObject line) {
        if (became.status().equals("posted") && !became.returned().isEmpty()) {
            String part = Redeemed.unitsOf(item);
            long closed = became.closed().getOrDefault(part, 0L);
            if (became.wasCaptured()) {
                line.put("captured_quantity", quantity - closed);
            }
            line.put("reversed_quantity", became.returned().getOrDefault(part, 0L) - closed);
        }
    }

    /** Codes that are only held, or went back at the capture, were delivered to nobody. */
    private Map<String, JsonArray> codes(JournaledTransaction transaction, Became became, boolean revealed) {
        Map<String, JsonArray> codes = new HashMap<>();
        JsonArray legs = transaction.legs();
        for (int i = 0; i < legs.size(); i++) {
            JsonArray leg = legs.getJsonArray(i);
            if ("codes".equals(leg.getString(0)) && transaction.sequence() > 0) {
                String sku = leg.getString(1);
                JsonArray shown = new JsonArray();
                JsonArray taken = transaction.results().getJsonArray(i);
                long kept = taken.size() - became.closed().getOrDefault(Redeemed.unitsOf(sku), 0L);
                for (int n = 0; n < kept && became.status().equals("posted"); n++) {
                    shown.add(code(transaction.cell().program(), sku, taken.getString(n), revealed));
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
