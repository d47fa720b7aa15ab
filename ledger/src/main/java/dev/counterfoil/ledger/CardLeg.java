package dev.counterfoil.ledger;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A card is debited, credited, or only changes its state.
 *
 * @param ids candidates for the ledger's id of the card: one a pepper, and where a program has imported cards another
 *     for each; the first that exists is the card
 * @param number the printed number that was presented with the secret, null when none was
 * @param allowed states in which the card may move
 * @param refuseExpired whether a card past its time is refused
 * @param sign −1 debit, +1 credit, 0 neither
 * @param prices by card type; a card of another type is not accepted
 * @param expectedBalance the balance it must have before, null for any
 * @param newState the state it gets, null to keep it
 * @param newExpiresAtMs until when it may be spent from now on, 0 = for ever, null to keep it
 * @param setAside 0 nothing; {@link Leg#ASIDE_AMOUNT} what the leg takes is set aside for a hold; else so much is set aside
 *     no longer
 * @param spender null for anyone; else only a card without an owner or of this one may move, the empty text being nobody
 * @param newOwner the account it belongs to from now on, null to keep it
 * @param untold whether every refusal reads CARD_UNKNOWN, for the same cost in Redis, and none is final for the key: the caller
 *     may be guessing
 */
public record CardLeg(
        List<String> ids,
        @Nullable String number,
        Set<CardState> allowed,
        boolean refuseExpired,
        int sign,
        List<Price> prices,
        @Nullable Long expectedBalance,
        @Nullable CardState newState,
        @Nullable Long newExpiresAtMs,
        long setAside,
        @Nullable String spender,
        @Nullable String newOwner,
        boolean untold)
        implements Leg {
    public CardLeg {
        Amounts.within("setAside", setAside, Leg.ASIDE_AMOUNT, Amounts.MAX);
        if (newOwner != null && newOwner.isEmpty()) {
            throw new IllegalArgumentException("newOwner: \"\" (expected: an account)");
        }
        ids = List.copyOf(ids);
        allowed = Set.copyOf(allowed);
        prices = List.copyOf(prices);
        Amounts.within("ids", ids.size(), 1, 16);
        Amounts.within("prices", prices.size(), 1, 1000);
        Amounts.within("sign", sign, -1, 1);
        if (sign != -1 && prices.stream().anyMatch(price -> price.amount() == Price.DRAWN)) {
            throw new IllegalArgumentException("sign: " + sign + " (expected: -1, for what is drawn is a debit)");
        }
        if (newExpiresAtMs != null) {
            Amounts.within("newExpiresAtMs", newExpiresAtMs, 0, Amounts.MAX);
        }
    }

    /** A card of which nothing is set aside, whoever spends it. */
    public CardLeg(
            List<String> ids,
            @Nullable String number,
            Set<CardState> allowed,
            boolean refuseExpired,
            int sign,
            List<Price> prices,
            @Nullable Long expectedBalance,
            @Nullable CardState newState,
            @Nullable Long newExpiresAtMs) {
        this(
                ids,
                number,
                allowed,
                refuseExpired,
                sign,
                prices,
                expectedBalance,
                newState,
                newExpiresAtMs,
                0,
                null,
                null,
                false);
    }

    /** The same, setting that much aside. */
    public CardLeg aside(long amount) {
        return new CardLeg(
                ids,
                number,
                allowed,
                refuseExpired,
                sign,
                prices,
                expectedBalance,
                newState,
                newExpiresAtMs,
                amount,
                spender,
                newOwner,
                untold);
    }

    /** The same, spent by that account, or by nobody that is known where it is null. */
    public CardLeg spentBy(@Nullable String account) {
        return new CardLeg(
                ids,
                number,
                allowed,
                refuseExpired,
                sign,
                prices,
                expectedBalance,
                newState,
                newExpiresAtMs,
                setAside,
                account == null ? "" : account,
                newOwner,
                untold);
    }

    /** The same, and then it belongs to that account. */
    public CardLeg givenTo(String account) {
        return new CardLeg(
                ids,
                number,
                allowed,
                refuseExpired,
                sign,
                prices,
                expectedBalance,
                newState,
                newExpiresAtMs,
                setAside,
                spender,
                account,
                untold);
    }

    /** The same, and a refusal tells nothing of the card. */
    public CardLeg asUntold() {
        return new CardLeg(
                ids,
                number,
                allowed,
                refuseExpired,
                sign,
                prices,
                expectedBalance,
                newState,
                newExpiresAtMs,
                setAside,
                spender,
                newOwner,
                true);
    }

    /** A card that keeps its expiry. */
    public CardLeg(
            List<String> ids,
            @Nullable String number,
            Set<CardState> allowed,
            boolean refuseExpired,
            int sign,
            List<Price> prices,
            @Nullable Long expectedBalance,
            @Nullable CardState newState) {
        this(ids, number, allowed, refuseExpired, sign, prices, expectedBalance, newState, null);
    }

    /** The letters of the allowed states. */
    public String allowedLetters() {
        return CardState.letters(allowed);
    }
}
