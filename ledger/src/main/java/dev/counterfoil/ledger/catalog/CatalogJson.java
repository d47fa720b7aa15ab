package dev.counterfoil.ledger.catalog;

import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The catalog as JSON: one shape in Redis and in the API's answers (which leave out what they need not tell). Reading throws
 * {@link IllegalArgumentException}, or {@link ClassCastException} for a wrong JSON type: what Redis holds was written from here,
 * and requests are checked field by field before they come this far.
 */
public final class CatalogJson {
    private CatalogJson() {}

    public static JsonObject write(Program program) {
        JsonArray cells = new JsonArray();
        for (ProgramCell cell : program.cells()) {
            cells.add(new JsonObject()
                    .put("index", cell.index())
                    .put("id", cell.id())
                    .put("epoch", cell.epoch()));
        }
        return new JsonObject()
                .put("id", program.id())
                .put("issuer", program.issuer())
                .put("name", program.name())
                .put("zone", program.zone().getId())
                .put("mode", program.mode().token())
                .put("assets", new JsonArray(program.assets()))
                .put("limits", write(program.limits()))
                .put("cells", cells)
                .put("created_at", program.createdAt().toString())
                .put("version", program.version());
    }

    public static Program program(JsonObject json) {
        List<ProgramCell> cells = new ArrayList<>();
        JsonArray array = json.getJsonArray("cells");
        for (int i = 0; i < array.size(); i++) {
            JsonObject cell = array.getJsonObject(i);
            cells.add(new ProgramCell(cell.getInteger("index"), cell.getInteger("id"), cell.getLong("epoch")));
        }
        return new Program(
                text(json, "id"),
                text(json, "issuer"),
                text(json, "name"),
                Fields.zone("/zone", text(json, "zone")),
                Mode.of(text(json, "mode")),
                texts(json.getJsonArray("assets")),
                limits(json.getJsonObject("limits")),
                cells,
                Instant.parse(text(json, "created_at")),
                json.getLong("version"));
    }

    public static JsonObject write(CardType type) {
        JsonObject json = new JsonObject()
                .put("id", type.id())
                .put("name", type.name())
                .put("asset", type.asset())
                .put("face_value", type.faceValue());
        if (type.validityDays() != null) {
            json.put("validity_days", type.validityDays());
        }
        if (type.acceptedItems() != null) {
            json.put("accepted_items", new JsonArray(new ArrayList<>(type.acceptedItems())));
        }
        return json.put("secret_format", type.secretFormat().id()).put("version", type.version());
    }

    public static CardType cardType(JsonObject json) {
        JsonArray accepted = json.getJsonArray("accepted_items");
        Set<String> acceptedItems = accepted == null ? null : new TreeSet<>(texts(accepted));
        return new CardType(
                text(json, "id"),
                text(json, "name"),
                text(json, "asset"),
                json.getLong("face_value"),
                json.getInteger("validity_days"),
                acceptedItems,
                SecretFormat.of(text(json, "secret_format")),
                json.getLong("version"));
    }

    public static JsonObject write(Item item) {
        JsonArray prices = new JsonArray();
        item.prices()
                .forEach((asset, amount) ->
                        prices.add(new JsonObject().put("asset", asset).put("amount", amount)));
        return new JsonObject()
                .put("sku", item.sku())
                .put("name", item.name())
                .put("kind", item.kind().token())
                .put("prices", prices)
                .put("sale", write(item.sale()))
                .put("limits", write(item.limits()))
                .put("version", item.version());
    }

    public static Item item(JsonObject json) {
        Map<String, Long> prices = new LinkedHashMap<>();
        JsonArray array = json.getJsonArray("prices");
        for (int i = 0; i < array.size(); i++) {
            JsonObject price = array.getJsonObject(i);
            prices.put(text(price, "asset"), price.getLong("amount"));
        }
        JsonObject sale = json.getJsonObject("sale");
        return new Item(
                text(json, "sku"),
                text(json, "name"),
                ItemKind.of(text(json, "kind")),
                prices,
                new Sale(instant(sale, "opens_at"), instant(sale, "closes_at")),
                limits(json.getJsonObject("limits")),
                json.getLong("version"));
    }

    public static JsonObject write(Limits limits) {
        JsonObject json = new JsonObject();
        putPresent(json, "per_account_daily", limits.perAccountDaily());
        putPresent(json, "per_card_daily", limits.perCardDaily());
        putPresent(json, "per_account_total", limits.perAccountTotal());
        putPresent(json, "failures_daily", limits.failuresDaily());
        putPresent(json, "verified_accounts", limits.verifiedAccounts() ? true : null);
        return json;
    }

    public static Limits limits(JsonObject json) {
        return new Limits(
                json.getLong("per_account_daily"),
                json.getLong("per_card_daily"),
                json.getLong("per_account_total"),
                json.getLong("failures_daily"),
                json.getBoolean("verified_accounts", false));
    }

    private static JsonObject write(Sale sale) {
        JsonObject json = new JsonObject();
        putPresent(
                json, "opens_at", sale.opensAt() == null ? null : sale.opensAt().toString());
        putPresent(
                json,
                "closes_at",
                sale.closesAt() == null ? null : sale.closesAt().toString());
        return json;
    }

    private static void putPresent(JsonObject json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static @Nullable Instant instant(JsonObject json, String name) {
        String text = json.getString(name);
        return text == null ? null : Instant.parse(text);
    }

    private static String text(JsonObject json, String name) {
        String value = json.getString(name);
        if (value == null) {
            throw new InvalidField("/" + name, "missing");
        }
        return value;
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            texts.add(array.getString(i));
        }
        return texts;
    }
}
