package dev.counterfoil.ledger;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One movement of a transaction. The legs of a transaction are checked in their order and posted together or not at all;
 * no two of them may touch the same key.
 */
public sealed interface Leg {
    /** Value of a card type that pays: the token as stored on the card, and how much of its asset. */
    record Price(String typeToken, long amount) {
        /** Stands for an amount that is not the one the caller expected: such a card is refused as PRICE_CHANGED. */
        public static final long OTHER_THAN_EXPECTED = -1;

        /** Stands for what the card has, up to what the {@link DueLeg} before it still asks of this payer. */
        public static final long DRAWN = -2;

        public Price {
            Objects.requireNonNull(typeToken, "typeToken");
            Amounts.within("amount", amount, DRAWN, Amounts.MAX);
        }
    }

    /**
     * A card is debited, credited, or only changes its state.
     *
     * @param ids candidates for the ledger's id of the card, one a pepper; the first that exists is the card
     * @param number the printed number that was presented with the secret, null when none was
     * @param allowed states in which the card may move
     * @param refuseExpired whether a card past its time is refused
     * @param sign −1 debit, +1 credit, 0 neither
     * @param prices by card type; a card of another type is not accepted
     * @param expectedBalance the balance it must have before, null for any
     * @param newState the state it gets, null to keep it
     * @param newExpiresAtMs until when it may be spent from now on, 0 = for ever, null to keep it
     */
    record CardLeg(
            List<String> ids,
            @Nullable String number,
            Set<CardState> allowed,
            boolean refuseExpired,
            int sign,
            List<Price> prices,
            @Nullable Long expectedBalance,
            @Nullable CardState newState,
            @Nullable Long newExpiresAtMs)
            implements Leg {
        public CardLeg {
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

    /**
     * A card comes into being.
     *
     * @param id the ledger's id: 22 letters
     * @param apiId the id in the API, without {@code card_}
     * @param amount its balance, 1..2^53−1
     * @param expiresAtMs 0 = never
     */
    record NewCardLeg(
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

    /**
     * Units of an item are sold (negative) or stocked (positive) inside the sale's window.
     *
     * @param delta 0 checks the window only
     * @param opensAtMs 0 = open since ever
     * @param closesAtMs exclusive, 0 = never
     */
    record StockLeg(String sku, long delta, long opensAtMs, long closesAtMs) implements Leg {
        public StockLeg {
            Objects.requireNonNull(sku, "sku");
            Amounts.within("delta", delta, -Amounts.MAX, Amounts.MAX);
            Amounts.within("opensAtMs", opensAtMs, 0, Amounts.MAX);
            Amounts.within("closesAtMs", closesAtMs, 0, Amounts.MAX);
        }
    }

    /** Codes are taken out of an item's pool, the oldest first. */
    record CodesLeg(String sku, int count) implements Leg {
        public CodesLeg {
            Objects.requireNonNull(sku, "sku");
            Amounts.within("count", count, 1, 1000);
        }
    }

    /** Sealed codes, each {@code <code id>:<sealed>}, are added to an item's pool. */
    record CodesAddLeg(String sku, List<String> codes) implements Leg {
        public CodesAddLeg {
            Objects.requireNonNull(sku, "sku");
            codes = List.copyOf(codes);
            Amounts.within("codes", codes.size(), 1, 1000);
        }
    }

    /**
     * A holder's balance of one asset moves, or his account changes a flag. An account is there as soon as something was
     * written to it. Legs of one transaction may touch one
     * account in several assets; each flag is set by one of them at most.
     *
     * @param account the storefront's own id of the holder
     * @param sign −1 debit, +1 credit, 0 neither
     * @param amount 0..2^53−1, or {@link Price#DRAWN}
     * @param frozen the flag it gets, null to keep it
     * @param verified the flag it gets, null to keep it
     */
    record AccountLeg(
            String account,
            String asset,
            int sign,
            long amount,
            boolean refuseFrozen,
            boolean refuseUnverified,
            @Nullable Boolean frozen,
            @Nullable Boolean verified)
            implements Leg {
        public AccountLeg {
            Objects.requireNonNull(account, "account");
            Objects.requireNonNull(asset, "asset");
            Amounts.within("sign", sign, -1, 1);
            if (amount != Price.DRAWN) {
                Amounts.within("amount", amount, 0, Amounts.MAX);
            } else if (sign != -1) {
                throw new IllegalArgumentException("sign: " + sign + " (expected: -1, for what is drawn is a debit)");
            }
        }

        /** The account pays; refused when it is frozen. */
        public static AccountLeg pays(String account, String asset, long amount) {
            return new AccountLeg(account, asset, -1, amount, true, false, null, null);
        }
    }

    /**
     * Amounts that the legs after it pay between them, until a {@link PaidLeg}. The n-th leg whose amount is
     * {@link Price#DRAWN} gives what it has to the amounts that {@code payers.get(n)} names, in that order.
     *
     * @param amounts 1..64, each 1..2^53−1
     * @param payers for each payer the places, from 0, of the amounts it may pay
     */
    record DueLeg(List<Long> amounts, List<List<Integer>> payers) implements Leg {
        /** Bounds amounts, payers and places. */
        public static final int MOST = 64;

        public DueLeg {
            amounts = List.copyOf(amounts);
            payers = payers.stream().map(List::copyOf).toList();
            Amounts.within("amounts", amounts.size(), 1, MOST);
            Amounts.within("payers", payers.size(), 1, MOST);
            amounts.forEach(amount -> Amounts.positive("amount", amount));
            for (List<Integer> places : payers) {
                Amounts.within("places", places.size(), 1, MOST);
                int most = amounts.size() - 1;
                places.forEach(place -> Amounts.within("place", place, 0, most));
            }
        }
    }

    /**
     * Closes the dues: refuses INSUFFICIENT_BALANCE when something is left of one, or nothing was given at all.
     *
     * @param mayRemain whether what was not paid may remain
     */
    record PaidLeg(boolean mayRemain) implements Leg {}

    /**
     * A counter with a limit over a window moves.
     *
     * @param name as refusals give it
     * @param key what tells this counter from others, length-prefixed parts
     * @param fromMs start of the window, 0 = none
     * @param untilMs end of the window, exclusive, 0 = none
     * @param expiresAtMs when the counter may go, 0 = never
     * @param clamp take what the limit allows instead of refusing, and return no more than was used; a counter that is
     *     above a limit lowered meanwhile stays where it is
     */
    record QuotaLeg(
            String name, String key, long delta, long limit, long fromMs, long untilMs, long expiresAtMs, boolean clamp)
            implements Leg {
        public QuotaLeg {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(key, "key");
            Amounts.within("delta", delta, -Amounts.MAX, Amounts.MAX);
            Amounts.within("limit", limit, 0, Amounts.MAX);
            Amounts.within("fromMs", fromMs, 0, Amounts.MAX);
            Amounts.within("untilMs", untilMs, 0, Amounts.MAX);
            Amounts.within("expiresAtMs", expiresAtMs, 0, Amounts.MAX);
        }

        /** Joins parts that callers supply so that no two lists of parts give one key: each is preceded by its length. */
        public static String keyOf(String... parts) {
            StringBuilder joined = new StringBuilder();
            for (String part : parts) {
                joined.append(part.length()).append(':').append(part);
            }
            return joined.toString();
        }
    }
}
