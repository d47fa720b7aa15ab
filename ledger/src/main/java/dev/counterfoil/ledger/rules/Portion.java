package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.rules.Redeemed.Line;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How much of a redemption is meant: all of it, units of its lines, or an amount. Units are worth their price; the last units
 * of what one asset paid are worth what is left of it, so that nothing is stranded after an amount was given back.
 *
 * @param quantity of the only line, null where another field or nothing is given
 * @param units by item, empty where another field or nothing is given
 * @param amount null where another field or nothing is given
 * @param asset of {@code amount}, null for the only one that paid
 */
public record Portion(
        @Nullable Long quantity,
        Map<String, Long> units,
        @Nullable Long amount,
        @Nullable String asset) {
    /** All that there is. */
    public static final Portion WHOLE = new Portion(null, Map.of(), null, null);

    public Portion {
        units = Map.copyOf(units);
        if ((quantity == null ? 0 : 1) + (units.isEmpty() ? 0 : 1) + (amount == null ? 0 : 1) > 1) {
            throw new IllegalArgumentException("portion: several of quantity, units, amount (expected: one at most)");
        }
        units.values().forEach(each -> Amounts.positive("units", each));
    }

    boolean isWhole() {
        return quantity == null && units.isEmpty() && amount == null;
    }

    /** In one fixed form, to be hashed. */
    public JsonArray canonical() {
        return new JsonArray()
                .add(quantity)
                .add(new JsonObject(new TreeMap<>(units)))
                .add(amount)
                .add(asset);
    }

    /** How much of each part, or why not. */
    public record Measured(
            SortedMap<String, Long> parts, @Nullable Refused refused) {
        public static Measured refused(Refusal reason, String name, long most, long used) {
            return new Measured(new TreeMap<>(), new Refused(reason, "", name, most, used, 0, false));
        }

        /** Why not, where it cannot be. */
        public Optional<Refused> refusal() {
            return Optional.ofNullable(refused);
        }
    }

    /** What this portion is of {@code left}, which of every part can still be given back. */
    public Measured of(Redeemed redeemed, Map<String, Long> left) {
        if (isWhole()) {
            return new Measured(new TreeMap<>(left), null);
        }
        return amount != null ? ofAmount(redeemed, left, amount) : ofUnits(redeemed, left);
    }

    private Measured ofAmount(Redeemed redeemed, Map<String, Long> left, long value) {
        List<String> assets =
                redeemed.payers().stream().map(Redeemed.Payer::asset).distinct().toList();
        if (asset == null && assets.size() > 1) {
            return Measured.refused(Refusal.PART_UNKNOWN, "/amount/asset", 0, 0);
        }
        String meant = asset == null ? assets.get(0) : asset;
        if (!assets.contains(meant)) {
            return Measured.refused(Refusal.PART_UNKNOWN, "/amount/asset", 0, 0);
        }
        long there = left.getOrDefault(Redeemed.amountOf(meant), 0L);
        return value > there
                ? Measured.refused(Refusal.EXCEEDS_REMAINING, meant, value, there)
                : new Measured(new TreeMap<>(Map.of(Redeemed.amountOf(meant), value)), null);
    }

    private Measured ofUnits(Redeemed redeemed, Map<String, Long> left) {
        Map<String, Long> meant = units;
        if (quantity != null) {
            if (redeemed.lines().size() != 1) {
                return Measured.refused(Refusal.PART_UNKNOWN, "/quantity", 0, 0);
            }
            meant = Map.of(redeemed.lines().get(0).sku(), quantity);
        }
        SortedMap<String, Long> parts = new TreeMap<>();
        Map<String, Long> worth = new HashMap<>();
        List<String> unknown = new ArrayList<>(meant.keySet());
        for (Line line : redeemed.lines()) {
            unknown.remove(line.sku());
            long count = meant.getOrDefault(line.sku(), 0L);
            long there = left.getOrDefault(Redeemed.unitsOf(line.sku()), 0L);
            if (count > there) {
                return Measured.refused(Refusal.EXCEEDS_REMAINING, line.sku(), count, there);
            } else if (count > 0) {
                parts.put(Redeemed.unitsOf(line.sku()), count);
                worth.merge(line.asset(), Math.multiplyExact(count, line.price()), Math::addExact);
            }
        }
        if (!unknown.isEmpty()) {
            return Measured.refused(Refusal.PART_UNKNOWN, "/items", 0, 0);
        }
        for (Map.Entry<String, Long> each : worth.entrySet()) {
            long there = left.getOrDefault(Redeemed.amountOf(each.getKey()), 0L);
            boolean last = nothingElseOf(redeemed, each.getKey(), left, parts);
            if (each.getValue() > there && !last) {
                return Measured.refused(Refusal.EXCEEDS_REMAINING, each.getKey(), each.getValue(), there);
            }
            parts.put(Redeemed.amountOf(each.getKey()), last ? there : each.getValue());
        }
        return new Measured(parts, null);
    }

    private static boolean nothingElseOf(
            Redeemed redeemed, String asset, Map<String, Long> left, Map<String, Long> taken) {
        return redeemed.lines().stream()
                .filter(line -> line.asset().equals(asset))
                .map(line -> Redeemed.unitsOf(line.sku()))
                .allMatch(part -> left.getOrDefault(part, 0L).equals(taken.getOrDefault(part, 0L)));
    }

    /**
     * What is given back of a hold of which this portion is kept. Units that are kept are paid with their price, as far as
     * was paid; of an amount that is kept, all units are.
     */
    public Measured allBut(Redeemed redeemed) {
        SortedMap<String, Long> wholes = redeemed.wholes();
        SortedMap<String, Long> back = new TreeMap<>();
        if (isWhole()) {
            return new Measured(back, null);
        } else if (amount != null) {
            Measured kept = ofAmount(redeemed, wholes, amount);
            kept.parts().forEach((part, value) -> back.put(part, wholes.getOrDefault(part, 0L) - value));
            return new Measured(back, kept.refused());
        }
        Measured kept = ofUnits(redeemed, new TreeMap<>(withEnough(redeemed, wholes)));
        if (kept.refused() != null) {
            return kept;
        }
        wholes.forEach((part, whole) ->
                back.put(part, whole - Math.min(whole, kept.parts().getOrDefault(part, 0L))));
        return new Measured(back, null);
    }

    /** With {@code up_to} less may have been paid than the lines cost. */
    private static Map<String, Long> withEnough(Redeemed redeemed, Map<String, Long> wholes) {
        Map<String, Long> enough = new HashMap<>(wholes);
        Map<String, Long> cost = new HashMap<>();
        redeemed.lines()
                .forEach(line -> cost.merge(
                        Redeemed.amountOf(line.asset()),
                        Math.multiplyExact(line.quantity(), line.price()),
                        Math::addExact));
        cost.forEach((part, value) -> enough.merge(part, value, Math::max));
        return enough;
    }
}
