package dev.counterfoil.ledger.catalog;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fields of a cell's catalog hash in Redis. */
final class CatalogFields {
    static final String PROGRAM = "program";
    private static final String CARD_TYPE = "card_type:";
    private static final String ITEM = "item:";

    private CatalogFields() {}

    static String cardType(String id) {
        return CARD_TYPE + id;
    }

    static String item(String sku) {
        return ITEM + sku;
    }

    /** The catalog that a whole hash is; empty when nothing was published. Fields of later versions are passed over. */
    static Optional<Catalog> read(Map<String, JsonObject> fields) {
        JsonObject program = fields.get(PROGRAM);
        if (program == null) {
            return Optional.empty();
        }
        List<CardType> cardTypes = new ArrayList<>();
        List<Item> items = new ArrayList<>();
        fields.forEach((field, json) -> {
            if (field.startsWith(CARD_TYPE)) {
                cardTypes.add(CatalogJson.cardType(json));
            } else if (field.startsWith(ITEM)) {
                items.add(CatalogJson.item(json));
            }
        });
        return Optional.of(Catalog.of(CatalogJson.program(program), cardTypes, items));
    }
}
