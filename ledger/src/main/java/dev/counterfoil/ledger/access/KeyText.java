package dev.counterfoil.ledger.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key as its holder has it: {@code cf_sk_<id>_<secret>} or {@code cf_pk_<id>_<secret>}, the id 12 letters of lower-case
 * Crockford base 32 (60 random bits), the secret 40 of base 62 (238 random bits). With that much randomness a plain SHA-256
 * cannot be searched, so nothing slower is needed.
 */
final class KeyText {
    static final int ID_LENGTH = 12;
    static final int SECRET_LENGTH = 40;
    private static final String ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final String SECRET_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int PREFIX_LENGTH = KeyKind.SECRET.prefix().length();
    private static final int LENGTH = PREFIX_LENGTH + ID_LENGTH + 1 + SECRET_LENGTH;

    private final KeyKind kind;
    private final String id;
    private final String secret;

    private KeyText(KeyKind kind, String id, String secret) {
        this.kind = kind;
        this.id = id;
        this.secret = secret;
    }

    static KeyText make(KeyKind kind, SecureRandom random) {
        return new KeyText(
                kind, letters(ID_LETTERS, ID_LENGTH, random), letters(SECRET_LETTERS, SECRET_LENGTH, random));
    }

    /** Random letters for an id, as {@link #ID_LENGTH} of them. */
    static String randomId(SecureRandom random) {
        return letters(ID_LETTERS, ID_LENGTH, random);
    }

    /** The key that {@code text} is by its form, or nothing when it can be none. */
    static Optional<KeyText> parse(@Nullable String text) {
        if (text == null || text.length() != LENGTH || text.charAt(PREFIX_LENGTH + ID_LENGTH) != '_') {
            return Optional.empty();
        }
        int secretStart = PREFIX_LENGTH + ID_LENGTH + 1;
        for (KeyKind kind : KeyKind.values()) {
            if (text.startsWith(kind.prefix())
                    && consistsOf(ID_LETTERS, text, PREFIX_LENGTH, PREFIX_LENGTH + ID_LENGTH)
                    && consistsOf(SECRET_LETTERS, text, secretStart, LENGTH)) {
                return Optional.of(new KeyText(
                        kind, text.substring(PREFIX_LENGTH, PREFIX_LENGTH + ID_LENGTH), text.substring(secretStart)));
            }
        }
        return Optional.empty();
    }

    KeyKind kind() {
        return kind;
    }

    String id() {
        return id;
    }

    /** SHA-256 of the secret: all that is kept of it. */
    byte[] sha256() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The whole text, to be shown once. */
    String reveal() {
        return kind.prefix() + id + "_" + secret;
    }

    @Override
    public String toString() {
        return kind.prefix() + id + "_…";
    }

    private static String letters(String alphabet, int count, SecureRandom random) {
        char[] letters = new char[count];
        for (int i = 0; i < count; i++) {
            letters[i] = alphabet.charAt(random.nextInt(alphabet.length()));
        }
        return new String(letters);
    }

    private static boolean consistsOf(String alphabet, String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (alphabet.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }
}
