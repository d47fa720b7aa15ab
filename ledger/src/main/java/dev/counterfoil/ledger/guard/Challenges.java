package dev.counterfoil.ledger.guard;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.secrets.GuessHash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Challenges that cost whoever answers them some work: to find a text such that the SHA-256 of {@code <challenge>:<text>} begins
 * with so many zero bits. Nothing is kept of a challenge; its signature says that it was given for this program and key. To check
 * an answer costs two hashes. Thread-safe.
 */
public final class Challenges {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int NONCE_BYTES = 12;

    /** Expiry in seconds, bits, nonce; signature; what was found. */
    private static final Pattern PROOF = Pattern.compile(
            "((\\d{1,12})\\.(\\d{1,2})\\.([A-Za-z0-9_-]{16}))\\.([A-Za-z0-9_-]{22}):([A-Za-z0-9]{1,32})");

    private final GuessHash hash;
    private final int bits;
    private final Duration lasts;
    private final Clock clock;
    private final SecureRandom random;

    /**
     * @param bits that have to be zero, 1..40: about 2^bits hashes of work
     * @param lasts how long a challenge may be answered
     */
    public Challenges(GuessHash hash, int bits, Duration lasts, Clock clock, SecureRandom random) {
        Amounts.within("bits", bits, 1, 40);
        this.hash = hash;
        this.bits = bits;
        this.lasts = lasts;
        this.clock = clock;
        this.random = random;
    }

    /** Something to be solved. */
    public record Challenge(String token, int bits, Instant expiresAt) {}

    /**
     * A right answer.
     *
     * @param nonce names the challenge
     * @param lasts for how long the same answer has to be refused
     */
    record Solved(String nonce, Duration lasts) {}

    /** A new challenge. */
    public Challenge make(String program, String key) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        long expires = clock.instant().plus(lasts).getEpochSecond();
        String text = expires + "." + bits + "." + ENCODER.encodeToString(nonce);
        return new Challenge(text + "." + hash.sign(program, key, text), bits, Instant.ofEpochSecond(expires));
    }

    /** Whether {@code proof} answers a challenge of ours for this program and key, in time. */
    Optional<Solved> solved(String proof, String program, String key) {
        Matcher form = PROOF.matcher(proof);
        if (!form.matches() || !hash.isSigned(program, key, form.group(1), form.group(5))) {
            return Optional.empty();
        }
        long leftMs = Long.parseLong(form.group(2)) * 1_000 - clock.millis();
        return leftMs > 0 && zeroBits(proof) >= Integer.parseInt(form.group(3))
                ? Optional.of(new Solved(form.group(4), Duration.ofMillis(leftMs)))
                : Optional.empty();
    }

    /** How many bits the SHA-256 of {@code proof} begins with that are zero. */
    public static int zeroBits(String proof) {
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(proof.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
        int zeros = 0;
        for (byte next : digest) {
            if (next != 0) {
                return zeros + Integer.numberOfLeadingZeros(next & 0xFF) - 24;
            }
            zeros += 8;
        }
        return zeros;
    }
}
