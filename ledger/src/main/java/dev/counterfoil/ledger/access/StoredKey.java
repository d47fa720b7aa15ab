package dev.counterfoil.ledger.access;

import io.vertx.core.json.JsonObject;
import java.util.HexFormat;

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
        return KeyJson.write(key).put("sha256", HEX.formatHex(sha256)).put("version", key.version());
    }

    static StoredKey of(JsonObject json) {
        return new StoredKey(KeyJson.read(json), HEX.parseHex(json.getString("sha256")));
    }
}
