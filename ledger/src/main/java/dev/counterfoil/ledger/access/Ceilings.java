package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.Fields;
import dev.counterfoil.ledger.catalog.InvalidField;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much value a key may move in a business day of a program, by asset, in the asset's smallest unit, 1..2^53−1. Each program
 * counts by itself. An asset that is not named has no ceiling.
 */
public record Ceilings(Map<Kind, Map<String, Long>> amounts) {
    public static final Ceilings NONE = new Ceilings(Map.of());

    /** Assets that one kind of ceiling may name. */
    static final int MOST_ASSETS = 16;

    /** What is counted. */
    public enum Kind {
        /** Face value of cards that are made. */
        ISSUED,
        /** What is added to or taken from accounts by hand: either counts. */
        ADJUSTED,
        /** What reversals give back. */
        REVERSED;

        /** The name in the API, Redis and the tables. */
        public String token() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Ceilings {
        Map<Kind, Map<String, Long>> checked = new EnumMap<>(Kind.class);
        amounts.forEach((kind, assets) -> {
            if (!assets.isEmpty()) {
                checked.put(kind, checked("/ceilings/" + kind.token(), assets));
            }
        });
        amounts = Collections.unmodifiableMap(checked);
    }

    /** The ceilings of one kind, by asset; empty where there is none. */
    public Map<String, Long> of(Kind kind) {
        return amounts.getOrDefault(kind, Map.of());
    }

    /** Whether it has every ceiling of {@code others}, and none higher. */
    public boolean within(Ceilings others) {
        return others.amounts.entrySet().stream()
                .allMatch(kind -> kind.getValue().entrySet().stream()
                        .allMatch(asset ->
                                of(kind.getKey()).getOrDefault(asset.getKey(), Long.MAX_VALUE) <= asset.getValue()));
    }

    private static Map<String, Long> checked(String pointer, Map<String, Long> assets) {
        if (assets.size() > MOST_ASSETS) {
            throw new InvalidField(pointer, assets.size() + " assets (expected: at most " + MOST_ASSETS + ")");
        }
        assets.forEach((asset, most) -> {
            Fields.asset(pointer, asset);
            long amount = Fields.amount(pointer + "/" + asset, most);
        });
        return Collections.unmodifiableMap(new TreeMap<>(assets));
    }
}
