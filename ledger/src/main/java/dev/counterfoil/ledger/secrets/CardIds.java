package dev.counterfoil.ledger.secrets;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ids by which the ledger knows cards: 22 characters of base64url, 128 bits of
 * {@code HMAC-SHA256(pepper, program ‖ 0 ‖ number or nothing ‖ 0 ‖ secret)}. A card that was made here has an id without its
 * number, so that its secret alone finds it. Safe to share between threads.
 */
public final class CardIds {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final Pepper pepper;

    public CardIds(Pepper pepper) {
        this.pepper = pepper;
    }

    /**
     * The id of a new card whose secret alone finds it.
     *
     * @param secret in {@linkplain SecretFormat#normalise normal form}
     */
    public String newId(String program, String secret) {
        return id(pepper.newestFirst().get(0), program, "", secret);
    }

    /**
     * Every id a presented card may have, the likeliest first: one for each pepper, and with a number two, because the card may
     * have been made here or imported under its number.
     *
     * <p>An id found without the number proves only the secret: who was given a number compares it with the card's.
     *
     * @param number in {@linkplain CardNumbers#normalise normal form}, or null if only the secret was presented
     * @param secret in {@linkplain SecretFormat#normalise normal form}; the exact trimmed text for imported secrets
     */
    public List<String> idsOf(String program, @Nullable String number, String secret) {
        List<String> ids = new ArrayList<>(pepper.newestFirst().size() * (number == null ? 1 : 2));
        for (KeyedHash hash : pepper.newestFirst()) {
            ids.add(id(hash, program, "", secret));
            if (number != null) {
                ids.add(id(hash, program, number, secret));
            }
        }
        return ids;
    }

    private static String id(KeyedHash hash, String program, String number, String secret) {
        return ENCODER.encodeToString(hash.of(program, number, secret));
    }
}
