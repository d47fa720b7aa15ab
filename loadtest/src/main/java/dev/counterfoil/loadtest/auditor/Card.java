package dev.counterfoil.loadtest.auditor;

/**
 * A card as it stands.
 *
 * @param apiId without {@code card_}
 * @param type {@code <card type>:<asset>}
 * @param state {@code a}, {@code i}, {@code f} or {@code v}
 * @param expiresAtMs 0 = never
 */
record Card(String apiId, String number, String type, long balance, String state, long expiresAtMs) {
    String asset() {
        return type.substring(type.indexOf(':') + 1);
    }

    Card moved(long newBalance, String newState) {
        return new Card(apiId, number, type, newBalance, newState, expiresAtMs);
    }

    /** The same with another expiry. */
    Card until(long newExpiresAtMs) {
        return new Card(apiId, number, type, balance, state, newExpiresAtMs);
    }
}
