package dev.counterfoil.ledger;

/**
 * A card comes into being.
 *
 * @param id the ledger's id: 22 letters
 * @param apiId the id in the API, without {@code card_}
 * @param amount its balance, 1..2^53−1
 * @param expiresAtMs 0 = never
 */
public record NewCardLeg(
        String id,
        String apiId,
        String number,
        String typeToken,
        long amount,
        CardState state,
        long expiresAtMs,
        String batch)
        implements Leg {
    public NewCardLeg {
        Amounts.positive("amount", amount);
        Amounts.within("expiresAtMs", expiresAtMs, 0, Amounts.MAX);
    }
}
