package dev.counterfoil.ledger.catalog;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Everything that the rules need to know of one program, of one moment.
 *
 * @param version what a transaction compiled with this carries; the ledger answers CATALOG_CHANGED when it has another
 */
public record Catalog(long version, Program program, Map<String, CardType> cardTypes, Map<String, Item> items) {
    public Catalog {
        cardTypes = Map.copyOf(cardTypes);
        items = Map.copyOf(items);
        for (CardType type : cardTypes.values()) {
            requireAsset(program, "/card_types/" + type.id() + "/asset", type.asset());
        }
        for (Item item : items.values()) {
            for (String asset : item.prices().keySet()) {
                requireAsset(program, "/items/" + item.sku() + "/prices", asset);
            }
        }
    }

    /** A catalog of these parts; its version is the highest of theirs, because every change stamps the row it changes. */
    public static Catalog of(Program program, Collection<CardType> cardTypes, Collection<Item> items) {
        long version = program.version();
        for (CardType type : cardTypes) {
            version = Math.max(version, type.version());
        }
        for (Item item : items) {
            version = Math.max(version, item.version());
        }
        return new Catalog(
                version,
                program,
                cardTypes.stream().collect(Collectors.toMap(CardType::id, Function.identity())),
                items.stream().collect(Collectors.toMap(Item::sku, Function.identity())));
    }

    public Optional<CardType> cardType(String id) {
        return Optional.ofNullable(cardTypes.get(id));
    }

    public Optional<Item> item(String sku) {
        return Optional.ofNullable(items.get(sku));
    }

    private static void requireAsset(Program program, String pointer, String asset) {
        if (!program.assets().contains(asset)) {
            throw new InvalidField(pointer, "\"" + asset + "\" (expected: one of " + program.assets() + ")");
        }
    }
}
