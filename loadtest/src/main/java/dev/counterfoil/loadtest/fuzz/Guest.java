package dev.counterfoil.loadtest.fuzz;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key that is not one of the demo program's servers: a page's, or another tenant's.
 *
 * @param client id of who holds it
 * @param program that it is for
 * @param page whether it is publishable
 * @param origin that its pages send; empty: none
 * @param signingKey of account tokens, its id; empty: it has none
 * @param signingSecret in base64url
 */
record Guest(
        String key,
        String client,
        String program,
        boolean page,
        String origin,
        String signingKey,
        String signingSecret) {
    private static final Duration TOKEN_LASTS = Duration.ofMinutes(10);

    /** Whether it is of the tenant whose program is fuzzed. */
    boolean isForeign() {
        return !page;
    }

    /** What its storefront signs for an account; empty where it signs nothing. */
    String token(String account) {
        if (signingKey.isEmpty()) {
            return "";
        }
        long now = Instant.now().getEpochSecond();
        String signed = base64("{\"alg\":\"HS256\",\"kid\":\"" + signingKey + "\"}") + "."
                + base64("{\"sub\":\"" + account + "\",\"aud\":\"" + program + "\",\"iat\":" + now + ",\"exp\":"
                        + (now + TOKEN_LASTS.toSeconds()) + "}");
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getUrlDecoder().decode(signingSecret), "HmacSHA256"));
            return signed + "."
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
