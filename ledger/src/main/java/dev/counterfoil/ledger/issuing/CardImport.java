package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.secrets.ImportedSecret;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cards that an issuer brings along, with the secrets that he gave them.
 *
 * @param space how many secrets he could have given each
 * @param withNumber whether a secret finds its card only together with the card's number, so that several cards may have the same, such as
 *     a PIN
 * @param cards 1..{@value #MOST_CARDS}, each with a number where {@code withNumber}
 */
public record CardImport(
        CardType cardType, CardState state, ImportedSecret.Space space, boolean withNumber, List<Card> cards) {
    /** One transaction, all or nothing. */
    public static final int MOST_CARDS = 200;

    public CardImport {
        cards = List.copyOf(cards);
        Amounts.within("cards", cards.size(), 1, MOST_CARDS);
    }

    /**
     * A card.
     *
     * @param number in normal form; null takes the program's next
     * @param secret in {@linkplain ImportedSecret#normalise normal form}
     * @param balance null for the card type's face value
     * @param expiresAt exclusive; null for the card type's own term
     */
    public record Card(
            @Nullable String number,
            String secret,
            @Nullable Long balance,
            @Nullable Instant expiresAt) {
        @Override
        public String toString() {
            return "Card[masked]";
        }
    }

    /** How much the card is worth. */
    long balance(Card card) {
        Long balance = card.balance();
        return balance == null ? cardType.faceValue() : balance;
    }

    /** What all of them are worth together, at most 2^53−1. */
    long value() {
        long value = 0;
        for (Card card : cards) {
            value = Math.min(Amounts.MAX, value + balance(card));
        }
        return value;
    }
}
