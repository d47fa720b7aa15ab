package dev.counterfoil.gateway.signatures;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests as a client does that has read RFC 9421: with nothing of the gateway's code, so that a mistake there is not made
 * here a second time. Components are given by name and value, in their order.
 */
public final class RequestSigner {
    private interface Algorithm {
        byte[] sign(byte[] base) throws GeneralSecurityException;
    }

    private final Algorithm algorithm;

    private RequestSigner(Algorithm algorithm) {
        this.algorithm = algorithm;
    }

    public static RequestSigner hmac(byte[] secret) {
        return new RequestSigner(base -> {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(base);
        });
    }

    public static RequestSigner ed25519(PrivateKey key) {
        return new RequestSigner(base -> {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(base);
            return signature.sign();
        });
    }

    /** A member of {@code Signature-Input}, without its label; {@code parameters} as {@code ;created=1;keyid="a"}. */
    public static String input(Map<String, String> components, String parameters) {
        return "(\"" + String.join("\" \"", components.keySet()) + "\")" + parameters;
    }

    /** The member of {@code Signature} that belongs to it. */
    public String signature(Map<String, String> components, String parameters) {
        String lines = components.entrySet().stream()
                .map(component -> "\"" + component.getKey() + "\": " + component.getValue() + "\n")
                .collect(Collectors.joining());
        String base = lines + "\"@signature-params\": " + input(components, parameters);
        try {
            return ":" + Base64.getEncoder().encodeToString(algorithm.sign(base.getBytes(UTF_8))) + ":";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The field {@code Content-Digest} of a body. */
    public static String digest(String body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(UTF_8));
            return "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
