package dev.counterfoil.gateway;

import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.access.KeyTerms;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say on what terms a key may be used. */
final class TermsOptions {
    private static final Pattern CEILING =
            Pattern.compile("(issued|adjusted|reversed):([A-Za-z]{1,16})=([1-9][0-9]{0,15})");

    @Option(
            names = "--rate",
            description =
                    "Requests a window that all gateways let through, as 100/1s or 600/1m; off: all. Default: the settings' for its kind.")
    private @Nullable String rate;

    @Option(
            names = "--ceilings",
            split = ",",
            description =
                    "The most value a business day of a program, as issued:CNY=1000000,adjusted:points=500,reversed:CNY=9900.")
    private List<String> ceilings = List.of();

    @Option(
            names = "--addresses",
            split = ",",
            description = "From where it may be used, as 203.0.113.0/24,2001:db8::/32. Default: from anywhere.")
    private List<String> addresses = List.of();

    @Option(
            names = "--allowed-origins",
            split = ",",
            description =
                    "Of a publishable key: the pages that browsers may call from, as https://shop.example; * for any.")
    private List<String> allowedOrigins = List.of();

    @Option(names = "--require-signature", description = "Refuse requests that are not signed.")
    private boolean requireSignature;

    KeyTerms read() {
        return new KeyTerms(
                rate == null ? null : KeysCommand.rate(rate),
                ceilings(ceilings),
                KeyTerms.addresses(addresses),
                allowedOrigins,
                requireSignature);
    }

    private static Ceilings ceilings(List<String> texts) {
        Map<Ceilings.Kind, Map<String, Long>> amounts = new EnumMap<>(Ceilings.Kind.class);
        for (String text : texts) {
            Matcher form = CEILING.matcher(text);
            if (!form.matches()) {
                throw new IllegalArgumentException("--ceilings: \"" + text
                        + "\" (expected: issued, adjusted or reversed, an asset and an amount, as issued:CNY=1000000)");
            }
            Ceilings.Kind kind = Ceilings.Kind.valueOf(form.group(1).toUpperCase(java.util.Locale.ROOT));
            amounts.computeIfAbsent(kind, none -> new HashMap<>()).put(form.group(2), Long.valueOf(form.group(3)));
        }
        return new Ceilings(amounts);
    }
}
