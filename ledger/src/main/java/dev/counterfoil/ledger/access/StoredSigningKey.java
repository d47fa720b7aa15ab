package dev.counterfoil.ledger.access;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A signing key as PostgreSQL and Redis hold it.
 *
 * @param sealed its secret, sealed with the code keys and bound to its id; null where the client has a key pair
 */
record StoredSigningKey(SigningKey key, @Nullable String sealed) {
    JsonObject toJson() {
        JsonObject json = SigningKeyJson.write(key).put("version", key.version());
        return sealed == null ? json : json.put("sealed", sealed);
    }

    static StoredSigningKey of(JsonObject json) {
        return new StoredSigningKey(SigningKeyJson.read(json), json.getString("sealed"));
    }

    /** What the secret of the key {@code id} is sealed for. */
    static String boundTo(String id) {
        return "signing_key\0" + id;
    }
}
