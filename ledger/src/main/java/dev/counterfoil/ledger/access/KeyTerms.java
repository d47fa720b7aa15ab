package dev.counterfoil.ledger.access;

import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.rates.Rate;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * On what terms a key may be used, beside its scopes and programs.
 *
 * @param rate how often; null: as the gateways' settings say for its kind
 * @param ceilings how much value a day
 * @param addresses from where; empty: from anywhere
 * @param allowedOrigins of a publishable key: the pages that browsers may call from, as {@code https://shop.example}, or
 *     {@link #ANY_ORIGIN} alone; empty: none
 * @param requireSignature of a secret key: whether each request has to be signed
 */
public record KeyTerms(
        @Nullable Rate rate,
        Ceilings ceilings,
        List<AddressRange> addresses,
        List<String> allowedOrigins,
        boolean requireSignature) {
    /** No terms at all. */
    public static final KeyTerms NONE = new KeyTerms(null, Ceilings.NONE, List.of(), List.of(), false);

    /** Any page at all. */
    public static final String ANY_ORIGIN = "*";

    /** Addresses, and origins. */
    public static final int MOST = 32;

    /** As browsers write it: lower case, no default port, no slash at the end. Plain HTTP for a developer's own machine only. */
    private static final Pattern ORIGIN = Pattern.compile(
            "https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:(?!443$)[1-9][0-9]{0,4})?|http://(localhost|127\\.0\\.0\\.1)(:(?!80$)[1-9][0-9]{0,4})?");

    public KeyTerms {
        addresses = List.copyOf(addresses);
        allowedOrigins = List.copyOf(allowedOrigins);
        atMost("/addresses", addresses.size());
        atMost("/allowed_origins", allowedOrigins.size());
        for (int i = 0; i < allowedOrigins.size(); i++) {
            boolean any = allowedOrigins.get(i).equals(ANY_ORIGIN) && allowedOrigins.size() == 1;
            if (!any && !ORIGIN.matcher(allowedOrigins.get(i)).matches()) {
                throw new InvalidField(
                        "/allowed_origins/" + i,
                        "\"" + allowedOrigins.get(i)
                                + "\" (expected: an origin as browsers send it, such as https://shop.example or"
                                + " https://shop.example:8443, or * alone)");
            }
        }
    }

    /** The same with another rate; null: as the gateways' settings say. */
    public KeyTerms withRate(@Nullable Rate other) {
        return new KeyTerms(other, ceilings, addresses, allowedOrigins, requireSignature);
    }

    /** Whether a key on these terms may be used from {@code address}. */
    public boolean allow(InetAddress address) {
        return addresses.isEmpty() || addresses.stream().anyMatch(range -> range.contains(address));
    }

    /** Whether a page of {@code origin} may use a key on these terms. */
    public boolean allowOrigin(String origin) {
        return allowedOrigins.contains(origin) || allowedOrigins.contains(ANY_ORIGIN);
    }

    /** Each range as {@link AddressRange#parse} reads it; {@link InvalidField} at {@code /addresses/<place>} for what is none. */
    public static List<AddressRange> addresses(List<String> texts) {
        AddressRange[] ranges = new AddressRange[texts.size()];
        for (int i = 0; i < ranges.length; i++) {
            try {
                ranges[i] = AddressRange.parse(texts.get(i));
            } catch (IllegalArgumentException e) {
                throw new InvalidField("/addresses/" + i, String.valueOf(e.getMessage()));
            }
        }
        return List.of(ranges);
    }

    /** {@link InvalidField} where a key of {@code kind} cannot have these terms. */
    void requireFit(KeyKind kind) {
        if (kind == KeyKind.SECRET && !allowedOrigins.isEmpty()) {
            throw new InvalidField("/allowed_origins", "there for a secret key (expected: for a publishable key only)");
        }
        if (kind == KeyKind.PUBLISHABLE && requireSignature) {
            throw new InvalidField(
                    "/require_signature", "true for a publishable key (expected: false, a page cannot sign)");
        }
    }

    private static void atMost(String pointer, int size) {
        if (size > MOST) {
            throw new InvalidField(pointer, size + " elements (expected: at most " + MOST + ")");
        }
    }
}
