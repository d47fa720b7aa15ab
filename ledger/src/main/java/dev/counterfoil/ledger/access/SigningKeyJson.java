package dev.counterfoil.ledger.access;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/** A signing key in JSON, the same in Redis, over HTTP, on the command line and in the audit. What is not said is left out. */
public final class SigningKeyJson {
    private SigningKeyJson() {}

    public static JsonObject write(SigningKey key) {
        JsonObject json = new JsonObject()
                .put("id", key.id())
                .put("client", key.client())
                .put("issuer", key.issuer())
                .put("use", key.use().token())
                .put("algorithm", key.algorithm().token());
        if (key.publicKey() != null) {
            json.put("public_key", key.publicKey());
        }
        json.put("name", key.name()).put("created_at", key.createdAt().toString());
        KeyJson.put(json, "expires_at", key.expiresAt());
        KeyJson.put(json, "revoked_at", key.revokedAt());
        return json;
    }

    static SigningKey read(JsonObject json) {
        return new SigningKey(
                json.getString("id"),
                json.getString("client"),
                json.getString("issuer"),
                SigningUse.of(json.getString("use")),
                SigningAlgorithm.of(json.getString("algorithm")),
                json.getString("public_key"),
                json.getString("name"),
                Instant.parse(json.getString("created_at")),
                KeyJson.instant(json, "expires_at"),
                KeyJson.instant(json, "revoked_at"),
                json.getLong("version"));
    }
}
