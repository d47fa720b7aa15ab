package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Lot;
import dev.counterfoil.ledger.QuotaLeg;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A posted redemption, read back from what the journal keeps of it: who paid what, for which lines, and what was counted. Its
 * <em>parts</em> are what can be given back: {@code a:<asset>} an amount, {@code i:<sku>} units of an item.
 *
 * @param payers in the order in which they paid
 * @param lines in the order of the request; none where an order's amount was paid
 * @param counters the limits that counted it
 * @param holdMs how long it is held from its posting on, 0 when it is not held
 */
public record Redeemed(
        JournaledTransaction transaction, List<Payer> payers, List<Line> lines, List<Counter> counters, long holdMs) {
    /**
     * A balance that paid.
     *
     * @param id the ledger's id of a card, or an account's
     * @param typeToken of a card, null for an account
     * @param lots that the amount was taken from, in the order in which they were; empty where the balance is in none
     */
    public record Payer(String id, @Nullable String typeToken, String asset, long amount, List<Lot> lots) {}

    /**
     * @param price of one unit in {@code asset}
     * @param counted whether units were taken from stock
     * @param codes taken from the pool, each {@code <code id>:<sealed>}
     */
    public record Line(String sku, long quantity, long price, String asset, boolean counted, List<String> codes) {}

    /** @param sku of the item whose limit it is, empty for one across all items */
    record Counter(String key, long expiresAtMs, String sku) {}

    public Redeemed {
        payers = List.copyOf(payers);
        lines = List.copyOf(lines);
        counters = List.copyOf(counters);
    }

    /** Reads {@code transaction}, which must be a redemption. */
    public static Redeemed of(JournaledTransaction transaction) {
        List<Payer> payers = new ArrayList<>();
        List<Counter> counters = new ArrayList<>();
        Map<String, JsonArray> stock = new HashMap<>();
        Map<String, JsonArray> codes = new HashMap<>();
        long holdMs = 0;
        JsonArray legs = transaction.legs();
        for (int i = 0; i < legs.size(); i++) {
            JsonArray leg = legs.getJsonArray(i);
            JsonArray result = transaction.results().getJsonArray(i);
            switch (leg.getString(0)) {
                case "card" -> payers.add(card(result));
                case "account" -> payers.add(account(leg, result));
                case "stock" -> stock.put(leg.getString(1), leg);
                case "codes" -> codes.put(leg.getString(1), result);
                case "quota" -> counters.add(counter(leg));
                case "hold" -> holdMs = leg.getLong(1);
                default -> {}
            }
        }
        List<Line> lines = new ArrayList<>();
        for (Object each : transaction.request().getJsonArray("lines", new JsonArray())) {
            JsonObject line = (JsonObject) each;
            String sku = line.getString("item");
            String asset = line.getString("asset", payers.get(0).asset());
            JsonArray taken =
                    stock.getOrDefault(sku, new JsonArray().add("").add("").add(0));
            lines.add(new Line(
                    sku,
                    line.getLong("quantity"),
                    line.getJsonObject("prices").getLong(asset),
                    asset,
                    taken.getLong(2) != 0,
                    codes.getOrDefault(sku, new JsonArray()).stream()
                            .map(String.class::cast)
                            .toList()));
        }
        return new Redeemed(transaction, payers, lines, counters, holdMs);
    }

    private static Payer card(JsonArray result) {
        String token = result.getString(3);
        return new Payer(
                result.getString(0), token, token.substring(token.lastIndexOf(':') + 1), result.getLong(4), List.of());
    }

    private static Payer account(JsonArray leg, JsonArray result) {
        List<Lot> lots = result.size() > 2 ? Lot.parse(result.getString(2)) : List.of();
        return new Payer(leg.getString(1), null, leg.getString(2), result.getLong(0), lots);
    }

    private static Counter counter(JsonArray leg) {
        String key = leg.getString(1);
        return new Counter(key, leg.getLong(3), QuotaLeg.partsOf(key).get(1));
    }

    /** Whether what {@code redemption} took was held; looks at its legs alone, for every redemption's answer asks. */
    public static boolean isHeld(JournaledTransaction redemption) {
        for (Object leg : redemption.legs()) {
            if (((JsonArray) leg).getString(0).equals("hold")) {
                return true;
            }
        }
        return false;
    }

    /** Whether what it took was held, whatever became of that since. */
    public boolean held() {
        return holdMs > 0;
    }

    /** When its hold lapses; its own time when it was not held. */
    public long deadlineMs() {
        return transaction.at().toEpochMilli() + holdMs;
    }

    /** Every part and how much there was of it. */
    public SortedMap<String, Long> wholes() {
        SortedMap<String, Long> wholes = new TreeMap<>();
        payers.forEach(payer -> wholes.merge(amountOf(payer.asset()), payer.amount(), Math::addExact));
        lines.forEach(line -> wholes.put(unitsOf(line.sku()), line.quantity()));
        return wholes;
    }

    /** The part that is an amount of {@code asset}. */
    public static String amountOf(String asset) {
        return "a:" + asset;
    }

    /** The part that is units of an item. */
    public static String unitsOf(String sku) {
        return "i:" + sku;
    }
}
