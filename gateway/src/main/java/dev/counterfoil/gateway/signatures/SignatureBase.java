package dev.counterfoil.gateway.signatures;

import dev.counterfoil.gateway.signatures.SignatureRefused.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The bytes that are signed (RFC 9421, 2.5). */
final class SignatureBase {
    private SignatureBase() {}

    /**
     * @param components names without parameters, in the order of {@code Signature-Input}
     * @param parameters the covered components and the parameters, as they are serialised
     * @throws SignatureRefused where the request lacks a component
     */
    static byte[] of(SignedMessage message, List<String> components, String parameters) {
        StringBuilder base = new StringBuilder(512);
        for (String component : components) {
            base.append('"').append(component).append("\": ");
            base.append(visible(component, message.component(component))).append('\n');
        }
        return base.append("\"@signature-params\": ")
                .append(parameters)
                .toString()
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A line break within a value could pass for a component of its own. */
    private static String visible(String component, String value) {
        if (!value.chars().allMatch(c -> (c >= 0x20 && c < 0x7f) || c == '\t')) {
            throw new SignatureRefused(Reason.COMPONENTS, "\"" + component + "\" has other characters than ASCII's");
        }
        return value;
    }
}
