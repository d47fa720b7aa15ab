package dev.counterfoil.ledger;

import org.jspecify.annotations.Nullable;

/**
 * A card as Redis holds it now.
 *
 * @param apiId without {@code card_}
 * @param typeToken {@code <card type>:<asset>}
 * @param balance without what is held
 * @param held set aside for open holds
 * @param owner the account it belongs to, null for whoever has its secret
 * @param expiresAtMs exclusive, 0 = never
 * @param readAtMs Redis' clock at the reading
 */
public record Card(
        String id,
        String apiId,
        String number,
        String typeToken,
        CardState state,
        long balance,
        long held,
        @Nullable String owner,
        long expiresAtMs,
        long readAtMs) {
    public boolean expired() {
        return expiresAtMs > 0 && readAtMs >= expiresAtMs;
    }

    /** The part of the token before the asset. */
    public String cardType() {
        return typeToken.substring(0, typeToken.lastIndexOf(':'));
    }

    /** The part of the token after the card type. */
    public String asset() {
        return typeToken.substring(typeToken.lastIndexOf(':') + 1);
    }
}
