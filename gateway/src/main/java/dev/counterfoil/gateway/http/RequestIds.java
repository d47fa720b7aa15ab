package dev.counterfoil.gateway.http;

import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of requests: 20 letters of Crockford's base32, so 100 random bits. Unique, not secret. */
final class RequestIds {
    private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestIds() {}

    static String next() {
        char[] id = new char[20];
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long bits = random.nextLong();
        for (int i = 0; i < 10; i++) {
            id[i] = ALPHABET[(int) (bits >>> (5 * i)) & 31];
        }
        bits = random.nextLong();
        for (int i = 0; i < 10; i++) {
            id[10 + i] = ALPHABET[(int) (bits >>> (5 * i)) & 31];
        }
        return new String(id);
    }

    /** A caller's own id as it may be logged, or null when it is missing or could be mistaken for something else. */
    static @Nullable String harmless(@Nullable String clientRequestId) {
        return clientRequestId != null && HARMLESS.matcher(clientRequestId).matches() ? clientRequestId : null;
    }
}
