package dev.counterfoil.ledger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One movement of a transaction. The legs of a transaction are checked in their order and posted together or not at all;
 * no two of them may touch the same key.
 */
public sealed interface Leg {
    /** Of what a leg sets aside: just the amount that it takes. */
    long ASIDE_AMOUNT = -1;

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
     * @param setAside 0 nothing; {@link #ASIDE_AMOUNT} what the leg takes is set aside for a hold; else so much is set aside
     *     no longer
     * @param spender null for anyone; else only a card without an owner or of this one may move, the empty text being nobody
     * @param newOwner the account it belongs to from now on, null to keep it
     * @param untold whether every refusal reads CARD_UNKNOWN, for the same cost in Redis, and none is final for the key: the caller
     *     may be guessing
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
            @Nullable Long newExpiresAtMs,
            long setAside,
            @Nullable String spender,
            @Nullable String newOwner,
            boolean untold)
            implements Leg {
        public CardLeg {
            Amounts.within("setAside", setAside, ASIDE_AMOUNT, Amounts.MAX);
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

    /**
     * Sealed codes, each {@code <code id>:<sealed>}, are added to an item's pool.
     *
     * @param returned whether they were taken from it before
     */
    record CodesAddLeg(String sku, List<String> codes, boolean returned) implements Leg {
        /** Codes that are new to the pool. */
        public CodesAddLeg(String sku, List<String> codes) {
            this(sku, codes, false);
        }

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
     * @param setAside as of a {@link CardLeg}
     * @param lots of a debit, the tags of the lots that it takes from, {@code a,b} in that order, or empty for the first to
     *     expire; of a credit, the lots that it adds, {@code <expires ms, 0 = never>:<tag>:<amount>;…}, which come to its
     *     amount, or empty for a balance that never expires
     * @param expected attributes that the account must have, such as its tier; an empty value stands for none of that name
     * @param attributes that it gets; an empty value takes one away
     */
    record AccountLeg(
            String account,
            String asset,
            int sign,
            long amount,
            boolean refuseFrozen,
            boolean refuseUnverified,
            @Nullable Boolean frozen,
            @Nullable Boolean verified,
            long setAside,
            String lots,
            Map<String, String> expected,
            Map<String, String> attributes)
            implements Leg {
        /** Bounds the attributes of a leg. */
        public static final int MOST_ATTRIBUTES = 16;

        private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.:-]*");
        private static final Pattern TAGS = Pattern.compile("([A-Za-z0-9_-]+(,[A-Za-z0-9_-]+)*)?");
        private static final Pattern LOTS = Pattern.compile("([0-9]{1,16}:[A-Za-z0-9_-]+:[0-9]{1,16};)*");

        public AccountLeg {
            Amounts.within("setAside", setAside, ASIDE_AMOUNT, Amounts.MAX);
            if (!(sign > 0 ? LOTS : TAGS).matcher(lots).matches()) {
                throw new IllegalArgumentException(
                        "lots: " + lots + " (expected: " + (sign > 0 ? "expires:tag:amount;…" : "tag,tag,…") + ")");
            }
            expected = Collections.unmodifiableMap(new TreeMap<>(expected));
            attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
            Amounts.within("expected", expected.size(), 0, MOST_ATTRIBUTES);
            Amounts.within("attributes", attributes.size(), 0, MOST_ATTRIBUTES);
            attributes.forEach((name, value) -> {
                if (name.isEmpty() || !WORD.matcher(name + value).matches()) {
                    throw new IllegalArgumentException("attribute: " + name + " (expected: letters, digits, . _ : -)");
                }
            });
            Objects.requireNonNull(account, "account");
            Objects.requireNonNull(asset, "asset");
            Amounts.within("sign", sign, -1, 1);
            if (amount != Price.DRAWN) {
                Amounts.within("amount", amount, 0, Amounts.MAX);
            } else if (sign != -1) {
                throw new IllegalArgumentException("sign: " + sign + " (expected: -1, for what is drawn is a debit)");
            }
        }

        /** A balance without lots, of which nothing is set aside. */
        public AccountLeg(
                String account,
                String asset,
                int sign,
                long amount,
                boolean refuseFrozen,
                boolean refuseUnverified,
                @Nullable Boolean frozen,
                @Nullable Boolean verified) {
            this(
                    account,
                    asset,
                    sign,
                    amount,
                    refuseFrozen,
                    refuseUnverified,
                    frozen,
                    verified,
                    0,
                    "",
                    Map.of(),
                    Map.of());
        }

        /** The same, setting that much aside. */
        public AccountLeg aside(long held) {
            return with(held, lots, expected, attributes);
        }

        /** The same, with those lots. */
        public AccountLeg lots(String named) {
            return with(setAside, named, expected, attributes);
        }

        /** The same, where the account has these attributes; an empty value stands for none of that name. */
        public AccountLeg expecting(Map<String, String> wanted) {
            return with(setAside, lots, wanted, attributes);
        }

        /** The same, which gives the account these attributes; an empty value takes one away. */
        public AccountLeg setting(Map<String, String> given) {
            return with(setAside, lots, expected, given);
        }

        private AccountLeg with(long held, String named, Map<String, String> wanted, Map<String, String> given) {
            return new AccountLeg(
                    account,
                    asset,
                    sign,
                    amount,
                    refuseFrozen,
                    refuseUnverified,
                    frozen,
                    verified,
                    held,
                    named,
                    wanted,
                    given);
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
     * @param expected what must have been used before, null for any
     */
    record QuotaLeg(
            String name,
            String key,
            long delta,
            long limit,
            long fromMs,
            long untilMs,
            long expiresAtMs,
            boolean clamp,
            @Nullable Long expected)
            implements Leg {
        /** Whatever was used before. */
        public QuotaLeg(
                String name,
                String key,
                long delta,
                long limit,
                long fromMs,
                long untilMs,
                long expiresAtMs,
                boolean clamp) {
            this(name, key, delta, limit, fromMs, untilMs, expiresAtMs, clamp, null);
        }

        /** The same, where so much was used before. */
        public QuotaLeg expecting(long used) {
            return new QuotaLeg(name, key, delta, limit, fromMs, untilMs, expiresAtMs, clamp, used);
        }

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

        /** The parts that {@link #keyOf} joined. */
        public static List<String> partsOf(String key) {
            List<String> parts = new ArrayList<>();
            for (int at = 0; at < key.length(); ) {
                int colon = key.indexOf(':', at);
                int end = colon + 1 + Integer.parseInt(key.substring(at, colon));
                parts.add(key.substring(colon + 1, end));
                at = end;
            }
            return parts;
        }
    }

    /**
     * What this transaction takes is held: it stays among the open holds until a {@link FollowLeg} closes it, and lapses when
     * the time is up.
     *
     * @param lastsMs 1..{@value #MOST_MS}
     */
    record HoldLeg(long lastsMs) implements Leg {
        /** Seven days. */
        public static final long MOST_MS = 604_800_000;

        public HoldLeg {
            Amounts.within("lastsMs", lastsMs, 1, MOST_MS);
        }
    }

    /** How a hold ends. */
    enum Closing {
        /** 确认: before its deadline. */
        CAPTURE('c'),
        /** 释放: at any time while it is open. */
        RELEASE('r'),
        /** Its deadline has come. */
        EXPIRY('x');

        private final char letter;

        Closing(char letter) {
            this.letter = letter;
        }

        /** As the journal has it. */
        public char letter() {
            return letter;
        }
    }

    /**
     * Something follows a transaction: its hold is closed, or a part of it is given back. Counts what was given back of each
     * of its parts and never lets it pass the whole. The count lives until {@code expiresAtMs}; while it is there, it has to be
     * what the rule took it for; where it is not, {@code before} is taken for it, so a rule must know that nothing was
     * counted since, and until when that holds is {@code untilMs}.
     *
     * @param of the sequence of the transaction in the same cell
     * @param closing how its hold ends, null where there is none to end
     * @param state a text that is kept with the count
     * @param untilMs exclusive; at most {@code expiresAtMs}
     * @param parts 1..64, all parts of the transaction
     */
    record FollowLeg(
            long of,
            @Nullable Closing closing,
            String state,
            long fromMs,
            long untilMs,
            long expiresAtMs,
            List<Part> parts)
            implements Leg {
        /** Where its journaled form begins to name parts: each a name, what is given back now, and the whole. */
        public static final int JOURNALED_PARTS = 5;

        /**
         * A part and what was given back of it.
         *
         * @param before as the rule knows it
         * @param delta what is given back now, 0..2^53−1
         * @param whole what it was
         */
        public record Part(String name, long before, long delta, long whole) {
            public Part {
                Objects.requireNonNull(name, "name");
                Amounts.within("before", before, 0, Amounts.MAX);
                Amounts.within("delta", delta, 0, Amounts.MAX);
                Amounts.within("whole", whole, 0, Amounts.MAX);
            }
        }

        public FollowLeg {
            parts = List.copyOf(parts);
            Amounts.within("of", of, 1, Amounts.MAX);
            Amounts.within("parts", parts.size(), 1, 64);
            Amounts.within("fromMs", fromMs, 0, Amounts.MAX);
            Amounts.within("untilMs", untilMs, 1, Amounts.MAX);
            Amounts.within("expiresAtMs", expiresAtMs, untilMs, Amounts.MAX);
        }
    }
}
