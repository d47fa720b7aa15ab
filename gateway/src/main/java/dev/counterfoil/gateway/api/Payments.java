package dev.counterfoil.gateway.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.secrets.CardNumbers;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Who paid in a transaction, or was paid back, and what, as the API shows it. */
final class Payments {
    /**
     * A payment.
     *
     * @param byCard else by an account
     * @param id a card's as the API shows it, or an account's
     * @param number of a card, empty for an account
     * @param balance after it
     */
    record Paid(boolean byCard, String id, String number, long balance, long amount, String asset) {
        private static Paid card(JsonArray result) {
            String token = result.getString(3);
            return new Paid(
                    true,
                    CardJson.PREFIX + result.getString(1),
                    result.getString(2),
                    result.getLong(5),
                    result.getLong(4),
                    token.substring(token.lastIndexOf(':') + 1));
        }

        private static Paid account(JsonArray leg, JsonArray result) {
            return new Paid(false, leg.getString(1), "", result.getLong(1), result.getLong(0), leg.getString(2));
        }

        /** With the balance that the same payer has in one of {@code later}, if he is there. */
        private Paid with(List<Paid> later) {
            long now = later.stream()
                    .filter(other -> other.byCard == byCard && other.id.equals(id) && other.asset.equals(asset))
                    .mapToLong(Paid::balance)
                    .reduce(balance, (before, after) -> after);
            return new Paid(byCard, id, number, now, amount, asset);
        }

        /** Who paid, as a field. */
        void writePayer(JsonGenerator json) throws IOException {
            json.writeObjectFieldStart(byCard ? "card" : "account");
            json.writeStringField("id", id);
            if (byCard) {
                json.writeStringField("number", number);
                json.writeStringField("last4", CardNumbers.last4(number));
            }
            json.writeNumberField("balance", balance);
            json.writeStringField("asset", asset);
            json.writeEndObject();
        }
    }

    private Payments() {}

    /** From the results of the legs that paid, in their order. */
    static List<Paid> of(JournaledTransaction transaction) {
        return of(transaction, List.of());
    }

    /** With the balances that payers have after {@code later} payments. */
    static List<Paid> of(JournaledTransaction transaction, List<Paid> later) {
        List<Paid> paid = new ArrayList<>(1);
        JsonArray legs = transaction.legs();
        for (int i = 0; i < legs.size(); i++) {
            JsonArray leg = legs.getJsonArray(i);
            String kind = leg.getString(0);
            if ("card".equals(kind)) {
                paid.add(Paid.card(transaction.results().getJsonArray(i)));
            } else if ("account".equals(kind)) {
                paid.add(Paid.account(leg, transaction.results().getJsonArray(i)));
            }
        }
        if (!later.isEmpty()) {
            paid.replaceAll(payment -> payment.with(later));
        }
        return paid;
    }

    static void write(JsonGenerator json, List<Paid> payments) throws IOException {
        json.writeArrayFieldStart("payments");
        for (Paid payment : payments) {
            json.writeStartObject();
            payment.writePayer(json);
            writeAmount(json, "amount", payment.amount(), payment.asset());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void writeAmount(JsonGenerator json, String field, long value, String asset) throws IOException {
        json.writeFieldName(field);
        writeAmount(json, value, asset);
    }

    private static void writeAmount(JsonGenerator json, long value, String asset) throws IOException {
        json.writeStartObject();
        json.writeNumberField("value", value);
        json.writeStringField("asset", asset);
        json.writeEndObject();
    }

    /** One amount under {@code name}, or a list under its plural. */
    static void writeSums(JsonGenerator json, String name, Map<String, Long> sums) throws IOException {
        json.writeFieldName(sums.size() == 1 ? name : name + "s");
        writeSums(json, sums);
    }

    /** One amount, or a list. */
    static void writeSums(JsonGenerator json, Map<String, Long> sums) throws IOException {
        if (sums.size() != 1) {
            json.writeStartArray();
        }
        for (Map.Entry<String, Long> sum : sums.entrySet()) {
            writeAmount(json, sum.getValue(), sum.getKey());
        }
        if (sums.size() != 1) {
            json.writeEndArray();
        }
    }
}
