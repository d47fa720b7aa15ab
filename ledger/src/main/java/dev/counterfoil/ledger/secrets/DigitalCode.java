package dev.counterfoil.ledger.secrets;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What the buyer of a digital code gets. Worth money: shown to its buyer, kept only {@linkplain CodeCipher sealed}.
 *
 * @param expiresAt RFC 3339, as the issuer gave it
 */
public record DigitalCode(
        String code, @Nullable String pin, @Nullable String expiresAt) {
    public DigitalCode {
        if (code.isEmpty()) {
            throw new IllegalArgumentException("code: empty (expected: at least one character)");
        }
    }

    /** {@code {"code", "pin"?, "expires_at"?}}. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject().put("code", code);
        if (pin != null) {
            json.put("pin", pin);
        }
        if (expiresAt != null) {
            json.put("expires_at", expiresAt);
        }
        return json;
    }

    static DigitalCode ofJson(JsonObject json) {
        return new DigitalCode(json.getString("code"), json.getString("pin"), json.getString("expires_at"));
    }

    @Override
    public String toString() {
        return "DigitalCode[masked]";
    }
}
