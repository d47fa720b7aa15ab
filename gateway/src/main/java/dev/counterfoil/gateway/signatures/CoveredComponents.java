package dev.counterfoil.gateway.signatures;

import dev.counterfoil.gateway.signatures.SignatureRefused.Reason;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a signature covers, and what it has to: all of a request that decides what is done, whatever proxies do on the way. */
final class CoveredComponents {
    private static final int MOST = 32;
    private static final Pattern NAME = Pattern.compile("@?[a-z0-9!#$%&'*+.^_`|~-]{1,64}");

    /** Always, and so that nothing of the target is left out. */
    private static final List<String> ALWAYS = List.of("@method", "@authority", "@path", "@query");

    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    /** Of the header fields that are this gateway's own: all of them change what is done, or what is noted of it. */
    private static final String OWN = "counterfoil-";

    private CoveredComponents() {}

    /** What a signature of {@code message} has to cover. */
    static List<String> required(SignedMessage message) {
        List<String> required = new ArrayList<>(ALWAYS);
        if (message.announcesBody()) {
            required.add(ContentDigest.FIELD);
        }
        if (message.headers().contains(IDEMPOTENCY_KEY)) {
            required.add(IDEMPOTENCY_KEY);
        }
        message.headers().names().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .filter(name -> name.startsWith(OWN))
                .distinct()
                .sorted()
                .forEach(required::add);
        return required;
    }

    /** As a caller may be told (RFC 9421, 5.1). */
    static String acceptSignature(SignedMessage message) {
        return required(message).stream()
                .map(name -> '"' + name + '"')
                .collect(Collectors.joining(" ", "sig1=(", ");created"));
    }

    /**
     * The names, in their order.
     *
     * @throws SignatureRefused where one is not covered that has to be, one stands twice, or one has a form that is not known here
     */
    static List<String> of(InnerList input, SignedMessage message) {
        Set<String> names = new LinkedHashSet<>();
        for (InnerList.Item item : input.items()) {
            if (!(item.value() instanceof String name) || !NAME.matcher(name).matches()) {
                throw refused("expected names of components in quotes and lower case");
            }
            if (!item.parameters().isEmpty()) {
                throw refused("\"" + name + "\" has a parameter (expected: components without)");
            }
            if (!names.add(name)) {
                throw refused("\"" + name + "\" is covered twice");
            }
        }
        if (names.size() > MOST) {
            throw refused(names.size() + " components (expected: at most " + MOST + ")");
        }
        List<String> missing =
                required(message).stream().filter(name -> !names.contains(name)).toList();
        if (!missing.isEmpty()) {
            throw refused("not covered: " + String.join(", ", missing));
        }
        return List.copyOf(names);
    }

    private static SignatureRefused refused(String detail) {
        return new SignatureRefused(Reason.COMPONENTS, "Signature-Input: " + detail);
    }
}
