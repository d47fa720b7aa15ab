package dev.counterfoil.gateway.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.counterfoil.gateway.api.Payments.Paid;
import dev.counterfoil.gateway.http.JsonBody;
import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.rules.Redeemed;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.secrets.DigitalCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A redemption as the API shows it, from what the journal or the books hold of it and from nothing else: the same bytes
 * whenever and wherever it is asked for, so the order of the fields is part of it.
 */
public final class RedemptionJson {
    private static final int SHOWN = 4;

    private final CodeCipher cipher;

    public RedemptionJson(CodeCipher cipher) {
        this.cipher = cipher;
    }

    /** As it is answered first, and again to the same key. */
    JsonBody first(JournaledTransaction transaction, boolean revealed) {
        return of(transaction, Redeemed.isHeld(transaction) ? Became.HELD : Became.POSTED, revealed);
    }

    /** @param revealed whether its codes are shown in clear, else masked */
    JsonBody of(JournaledTransaction transaction, Became became, boolean revealed) {
        return of(transaction, became, revealed, Payments.of(transaction), transaction.durability());
    }

    /** As a step left it, with the balances that its payers have after the step, and with the level that the step reached. */
    JsonBody after(JournaledTransaction step, JournaledTransaction redemption) {
        List<Paid> payments = Payments.of(redemption, Payments.of(step));
        return of(redemption, Became.by(step), true, payments, step.durability());
    }

    private JsonBody of(
            JournaledTransaction transaction, Became became, boolean revealed, List<Paid> paid, Durability durability) {
        if (paid.isEmpty()) {
            throw new IllegalStateException("transaction " + transaction.sequence() + " was paid by nobody");
        }
        List<Line> lines = lines(transaction, became, paid.get(0).asset(), revealed);
        return json -> write(json, transaction, became, lines, paid, durability);
    }

    private static void write(
            JsonGenerator json,
            JournaledTransaction transaction,
            Became became,
            List<Line> lines,
            List<Paid> paid,
            Durability durability)
            throws IOException {
        boolean preview = transaction.sequence() == 0;
        JsonObject request = transaction.request();
        json.writeStartObject();
        if (!preview) {
            json.writeStringField("id", transaction.id().toString());
        }
        json.writeStringField("type", transaction.type());
        json.writeStringField("status", preview ? "preview" : became.status());
        json.writeStringField("program", transaction.cell().program());
        Line single = lines.size() == 1 ? lines.get(0) : null;
        if (single != null) {
            single.writeQuantities(json);
        }
        copy(request, json, "account");
        copy(request, json, "reference");
        metadata(request, json);
        totals(transaction, paid, json);
        afterwards(transaction, became, json);
        json.writeArrayFieldStart("lines");
        for (Line line : lines) {
            line.write(json);
        }
        json.writeEndArray();
        Payments.write(json, paid);
        if (paid.size() == 1 && paid.get(0).byCard()) {
            paid.get(0).writePayer(json);
        }
        if (single != null) {
            single.writeCodes(json);
        }
        if (!preview) {
            json.writeStringField("durability", durability.label());
        }
        json.writeStringField("created_at", Timestamps.text(transaction.at()));
        json.writeEndObject();
    }

    /** The hold and its deadline, what was captured of it, and what was reversed. */
    private static void afterwards(JournaledTransaction transaction, Became became, JsonGenerator json)
            throws IOException {
        boolean followed = !became.returned().isEmpty() && became.status().equals("posted");
        if (!followed && !Redeemed.isHeld(transaction)) {
            return;
        }
        Redeemed redeemed = Redeemed.of(transaction);
        if (redeemed.held()) {
            json.writeObjectFieldStart("hold");
            json.writeStringField("expires_at", Timestamps.text(Instant.ofEpochMilli(redeemed.deadlineMs())));
            json.writeEndObject();
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
            Payments.writeSums(json, "captured_amount", captured);
        }
        Payments.writeSums(json, "reversed_amount", reversed);
    }

    /** {@code amount} where all was paid in one asset, else {@code amounts}; and what remains of what was asked for. */
    private static void totals(JournaledTransaction transaction, List<Paid> paid, JsonGenerator json)
            throws IOException {
        if (paid.size() == 1) {
            Payments.writeAmount(
                    json, "amount", paid.get(0).amount(), paid.get(0).asset());
        } else {
            Map<String, Long> sums = new LinkedHashMap<>();
            paid.forEach(payment -> sums.merge(payment.asset(), payment.amount(), Math::addExact));
            Payments.writeSums(json, "amount", sums);
        }
        remaining(transaction, json);
    }

    /** Only where the payers might have had less than was asked for: {@code up_to}. */
    private static void remaining(JournaledTransaction transaction, JsonGenerator json) throws IOException {
        JsonArray legs = transaction.legs();
        for (int i = 0; i < legs.size(); i++) {
            JsonArray leg = legs.getJsonArray(i);
            if ("paid".equals(leg.getString(0)) && leg.getLong(1) == 1) {
                JsonObject request = transaction.request();
                Map<String, Long> rests = new LinkedHashMap<>();
                JsonArray open = transaction.results().getJsonArray(i);
                for (int place = 0; place < open.size(); place++) {
                    String asset = request.containsKey("asset")
                            ? request.getString("asset")
                            : request.getJsonArray("lines").getJsonObject(place).getString("asset");
                    rests.merge(asset, open.getLong(place), Math::addExact);
                }
                // Unlike other sums a list goes by the same name.
                json.writeFieldName("remaining");
                Payments.writeSums(json, rests);
            }
        }
    }

    /**
     * What was asked for of an item, and what became of it.
     *
     * @param captured null where no hold was captured
     * @param reversed null where nothing was given back
     * @param codes as they are shown
     */
    private record Line(
            String item,
            long quantity,
            @Nullable Long captured,
            @Nullable Long reversed,
            long amount,
            String asset,
            List<DigitalCode> codes) {
        void write(JsonGenerator json) throws IOException {
            json.writeStartObject();
            writeQuantities(json);
            Payments.writeAmount(json, "amount", amount, asset);
            writeCodes(json);
            json.writeEndObject();
        }

        void writeQuantities(JsonGenerator json) throws IOException {
            json.writeStringField("item", item);
            json.writeNumberField("quantity", quantity);
            if (captured != null) {
                json.writeNumberField("captured_quantity", captured);
            }
            if (reversed != null) {
                json.writeNumberField("reversed_quantity", reversed);
            }
        }

        private static void write(JsonGenerator json, DigitalCode code) throws IOException {
            json.writeStartObject();
            json.writeStringField("code", code.code());
            if (code.pin() != null) {
                json.writeStringField("pin", code.pin());
            }
            if (code.expiresAt() != null) {
                json.writeStringField("expires_at", code.expiresAt());
            }
            json.writeEndObject();
        }

        void writeCodes(JsonGenerator json) throws IOException {
            json.writeArrayFieldStart("codes");
            for (DigitalCode code : codes) {
                write(json, code);
            }
            json.writeEndArray();
        }
    }

    /** @param asset what lines are paid in that do not say it themselves */
    private List<Line> lines(JournaledTransaction transaction, Became became, String asset, boolean revealed) {
        Map<String, List<DigitalCode>> codes = codes(transaction, became, revealed);
        JsonArray asked = transaction.request().getJsonArray("lines");
        List<Line> lines = new ArrayList<>(asked.size());
        for (int i = 0; i < asked.size(); i++) {
            JsonObject line = asked.getJsonObject(i);
            String item = line.getString("item");
            long quantity = line.getLong("quantity");
            String paidIn = line.getString("asset", asset);
            long price = line.getJsonObject("prices").getLong(paidIn);
            boolean followed =
                    became.status().equals("posted") && !became.returned().isEmpty();
            String part = Redeemed.unitsOf(item);
            long closed = became.closed().getOrDefault(part, 0L);
            lines.add(new Line(
                    item,
                    quantity,
                    followed && became.wasCaptured() ? Long.valueOf(quantity - closed) : null,
                    followed ? Long.valueOf(became.returned().getOrDefault(part, 0L) - closed) : null,
                    price * quantity,
                    paidIn,
                    codes.getOrDefault(item, List.of())));
        }
        return lines;
    }

    /** Codes that are only held, or went back at the capture, were delivered to nobody. */
    private Map<String, List<DigitalCode>> codes(JournaledTransaction transaction, Became became, boolean revealed) {
        Map<String, List<DigitalCode>> codes = new HashMap<>();
        JsonArray legs = transaction.legs();
        for (int i = 0; i < legs.size(); i++) {
            JsonArray leg = legs.getJsonArray(i);
            if ("codes".equals(leg.getString(0)) && transaction.sequence() > 0) {
                String sku = leg.getString(1);
                List<DigitalCode> shown = new ArrayList<>();
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

    private DigitalCode code(String program, String sku, String entry, boolean revealed) {
        int colon = entry.indexOf(':');
        DigitalCode code = cipher.open(program, sku, entry.substring(0, colon), entry.substring(colon + 1));
        return revealed ? code : new DigitalCode(masked(code.code()), null, null);
    }

    /** The last characters of a code that is long enough to keep its worth without them. */
    static String masked(String code) {
        return code.length() < 3 * SHOWN ? "****" : "****" + code.substring(code.length() - SHOWN);
    }

    /** A text, where it is there. */
    static void copy(JsonObject from, JsonGenerator json, String field) throws IOException {
        if (from.containsKey(field)) {
            json.writeStringField(field, from.getString(field));
        }
    }

    /** Text by text and not as a text of its own: other ways to print JSON escape other characters. */
    private static void metadata(JsonObject request, JsonGenerator json) throws IOException {
        JsonObject metadata = request.getJsonObject("metadata");
        if (metadata == null) {
            return;
        }
        json.writeObjectFieldStart("metadata");
        for (String name : metadata.fieldNames()) {
            json.writeStringField(name, metadata.getString(name));
        }
        json.writeEndObject();
    }
}
