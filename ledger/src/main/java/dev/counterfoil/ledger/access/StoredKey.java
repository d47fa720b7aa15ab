package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A key as PostgreSQL and Redis hold it: with the SHA-256 of its secret. */
final class StoredKey {
    private static final HexFormat HEX = HexFormat.of();

    private final ApiKey key;
    private final byte[] sha256;

    StoredKey(ApiKey key, byte[] sha256) {
        this.key = key;
        this.sha256 = sha256;
    }

    ApiKey key() {
        return key;
    }

    byte[] sha256() {
        return sha256;
    }

    JsonObject toJson() {
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
            json.put("programs", new JsonArray(key.programs().stream().toList()));
        }
        if (key.expiresAt() != null) {
            json.put("expires_at", key.expiresAt().toString());
        }
        if (key.revokedAt() != null) {
            json.put("revoked_at", key.revokedAt().toString());
        }
        Rate rate = key.rate();
        if (rate != null) {
            json.put("rate", rate.toString());
        }
        return json.put("sha256", HEX.formatHex(sha256)).put("version", key.version());
    }

    static StoredKey of(JsonObject json) {
        JsonArray programs = json.getJsonArray("programs");
        ApiKey key = new ApiKey(
                json.getString("id"),
                json.getString("client"),
                json.getString("issuer"),
                KeyKind.of(json.getString("kind")),
                known(json.getJsonArray("scopes").stream()
                        .map(String.class::cast)
                        .toList()),
                programs == null
                        ? null
                        : new TreeSet<>(
                                programs.stream().map(String.class::cast).toList()),
                json.getString("name"),
                Instant.parse(json.getString("created_at")),
                instant(json, "expires_at"),
                instant(json, "revoked_at"),
                json.getLong("version"),
                rate(json.getString("rate")));
        return new StoredKey(key, HEX.parseHex(json.getString("sha256")));
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

    private static @Nullable Instant instant(JsonObject json, String name) {
        String text = json.getString(name);
        return text == null ? null : Instant.parse(text);
    }
}
