package dev.counterfoil.ledger.secrets;

import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ids by which the ledger knows cards: 22 characters of base64url, 128 bits of
 * {@code HMAC-SHA256(pepper, program ‖ 0 ‖ number or nothing ‖ 0 ‖ secret)}. A card that was made here has an id without its
 * number, so that its secret alone finds it; an imported one may have it with its number. Safe to share between threads.
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
     * Every id that an imported card may have: one for each pepper, of which a new card gets the first.
     *
     * <p>An id found without the number proves only the secret: who was given a number compares it with the card's.
     *
     * @param number in {@linkplain CardNumbers#normalise normal form} for a card that its secret finds only together with it; else null
     * @param secret in {@linkplain ImportedSecret#normalise normal form}
     */
    public List<String> importedIds(String program, @Nullable String number, String secret) {
        return ids(program, number == null ? "" : number, secret);
    }

    /**
     * Every id that a card made here may have, the likeliest first: one for each pepper.
     *
     * @param secret in {@linkplain SecretFormat#normalise normal form}
     */
    public List<String> idsOf(String program, String secret) {
        return ids(program, "", secret);
    }

    private List<String> ids(String program, String number, String secret) {
        return pepper.newestFirst().stream()
                .map(hash -> id(hash, program, number, secret))
                .toList();
    }

    private static String id(KeyedHash hash, String program, String number, String secret) {
        return ENCODER.encodeToString(hash.of(program, number, secret));
    }
}
