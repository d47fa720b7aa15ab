package dev.counterfoil.ledger.secrets;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/**
 * The keyed hashes by which failed attempts are counted and challenges are signed. Keyed by the oldest pepper: whoever reads Redis
 * learns neither an address nor what was tried. Safe to share between threads.
 */
public final class GuessHash {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int SECRET_BYTES = 8;

    private final KeyedHash suspects;
    private final KeyedHash secrets;
    private final KeyedHash challenges;

    public GuessHash(Pepper pepper) {
        this.suspects = pepper.oldest().derive("counterfoil/guess-suspect/v1");
        this.secrets = pepper.oldest().derive("counterfoil/guess-secret/v1");
        this.challenges = pepper.oldest().derive("counterfoil/guess-challenge/v1");
    }

    /** 22 letters that stand for a suspect; only the last part may hold a zero character. */
    public String suspect(String... parts) {
        return ENCODER.encodeToString(suspects.of(parts));
    }

    /** 8 bytes that stand for a secret as it was presented to a program. */
    public byte[] secret(String program, String presented) {
        return Arrays.copyOf(secrets.of(program, presented), SECRET_BYTES);
    }

    /** The signature of a challenge: 22 letters. */
    public String sign(String program, String key, String challenge) {
        return ENCODER.encodeToString(challenges.of(program, key, challenge));
    }

    /** Whether {@link #sign} would give {@code signature}, in constant time. */
    public boolean isSigned(String program, String key, String challenge, String signature) {
        return MessageDigest.isEqual(
                sign(program, key, challenge).getBytes(StandardCharsets.UTF_8),
                signature.getBytes(StandardCharsets.UTF_8));
    }
}
