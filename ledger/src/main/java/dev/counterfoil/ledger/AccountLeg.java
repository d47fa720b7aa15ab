package dev.counterfoil.ledger;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
public record AccountLeg(
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
        Amounts.within("setAside", setAside, Leg.ASIDE_AMOUNT, Amounts.MAX);
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
        this(account, asset, sign, amount, refuseFrozen, refuseUnverified, frozen, verified, 0, "", Map.of(), Map.of());
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
        return pays(account, asset, amount, false);
    }

    /** The account pays; refused when it is frozen or, where it has to be, not verified. */
    public static AccountLeg pays(String account, String asset, long amount, boolean verified) {
        return new AccountLeg(account, asset, -1, amount, true, verified, null, null);
    }
}
