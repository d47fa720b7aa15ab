package dev.counterfoil.loadtest.auditor;

/**
 * A card as it stands.
 *
 * @param apiId without {@code card_}
 * @param type {@code <card type>:<asset>}
 * @param state {@code a}, {@code i}, {@code f} or {@code v}
 * @param expiresAtMs 0 = never
 * @param held set aside for open holds
 */
record Card(String apiId, String number, String type, long balance, String state, long expiresAtMs, long held) {
    /** Of which nothing is held. */
    Card(String apiId, String number, String type, long balance, String state, long expiresAtMs) {
        this(apiId, number, type, balance, state, expiresAtMs, 0);
    }

    String asset() {
        return type.substring(type.indexOf(':') + 1);
    }

    Card moved(long newBalance, String newState) {
        return new Card(apiId, number, type, newBalance, newState, expiresAtMs, held);
    }

    /** The same with another expiry. */
    Card until(long newExpiresAtMs) {
        return new Card(apiId, number, type, balance, state, newExpiresAtMs, held);
    }

    /** The same with so much set aside. */
    Card holding(long newHeld) {
        return new Card(apiId, number, type, balance, state, expiresAtMs, newHeld);
    }
}
