package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A key in JSON, the same in Redis, over HTTP, on the command line and in the audit. What is not said is left out. */
public final class KeyJson {
    private KeyJson() {}

    public static JsonObject write(ApiKey key) {
        JsonObject json = new JsonObject()
                .put("id", key.id())
                .put("client", key.client())
                .put("issuer", key.issuer())
                .put("kind", key.kind().token())
                .put(
                        "scopes",
                        new JsonArray(key.scopes().stream().map(Scope::token).toList()))
                .put("name", key.name())
                .put("created_at", key.createdAt().toString());
        if (key.programs() != null) {
            json.put("programs", new JsonArray(List.copyOf(key.programs())));
        }
        put(json, "expires_at", key.expiresAt());
        put(json, "revoked_at", key.revokedAt());
        if (!key.lineage().equals(key.id())) {
            json.put("lineage", key.lineage());
        }
        return json.mergeIn(write(key.terms()));
    }

    private static JsonObject write(KeyTerms terms) {
        JsonObject json = new JsonObject();
        Rate rate = terms.rate();
        if (rate != null) {
            json.put("rate", rate.toString());
        }
        if (!terms.ceilings().equals(Ceilings.NONE)) {
            json.put("ceilings", write(terms.ceilings()));
        }
        if (!terms.addresses().isEmpty()) {
            json.put(
                    "addresses",
                    new JsonArray(terms.addresses().stream()
                            .map(AddressRange::toString)
                            .toList()));
        }
        if (!terms.allowedOrigins().isEmpty()) {
            json.put("allowed_origins", new JsonArray(terms.allowedOrigins()));
        }
        return terms.requireSignature() ? json.put("require_signature", true) : json;
    }

    /** By kind, by asset. */
    static JsonObject write(Ceilings ceilings) {
        JsonObject json = new JsonObject();
        ceilings.amounts()
                .forEach((kind, assets) -> json.put(kind.token(), new JsonObject(new LinkedHashMap<>(assets))));
        return json;
    }

    static ApiKey read(JsonObject json) {
        String id = json.getString("id");
        return new ApiKey(
                id,
                json.getString("client"),
                json.getString("issuer"),
                KeyKind.of(json.getString("kind")),
                known(texts(json, "scopes")),
                json.containsKey("programs") ? new TreeSet<>(texts(json, "programs")) : null,
                json.getString("name"),
                Instant.parse(json.getString("created_at")),
                instant(json, "expires_at"),
                instant(json, "revoked_at"),
                json.getLong("version"),
                json.getString("lineage", id),
                terms(json));
    }

    private static KeyTerms terms(JsonObject json) {
        return new KeyTerms(
                rate(json.getString("rate")),
                ceilings(json.getJsonObject("ceilings")),
                KeyTerms.addresses(texts(json, "addresses")),
                texts(json, "allowed_origins"),
                json.getBoolean("require_signature", false));
    }

    static Ceilings ceilings(@Nullable JsonObject json) {
        if (json == null) {
            return Ceilings.NONE;
        }
        Map<Ceilings.Kind, Map<String, Long>> amounts = new EnumMap<>(Ceilings.Kind.class);
        for (Ceilings.Kind kind : Ceilings.Kind.values()) {
            JsonObject assets = json.getJsonObject(kind.token(), new JsonObject());
            Map<String, Long> read = new LinkedHashMap<>();
            assets.fieldNames().forEach(asset -> read.put(asset, assets.getLong(asset)));
            amounts.put(kind, read);
        }
        return new Ceilings(amounts);
    }

    /** The scopes that this version knows; one of a later version gives nothing here. */
    static Set<Scope> known(Collection<String> tokens) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        tokens.forEach(token -> Scope.find(token).ifPresent(scopes::add));
        return scopes;
    }

    static @Nullable Rate rate(@Nullable String text) {
        return text == null ? null : Rate.parse(text);
    }

    private static List<String> texts(JsonObject json, String name) {
        return json.getJsonArray(name, new JsonArray()).stream()
                .map(String.class::cast)
                .toList();
    }

    static void put(JsonObject json, String name, @Nullable Instant time) {
        if (time != null) {
            json.put(name, time.toString());
        }
    }

    static @Nullable Instant instant(JsonObject json, String name) {
        String text = json.getString(name);
        return text == null ? null : Instant.parse(text);
    }
}
