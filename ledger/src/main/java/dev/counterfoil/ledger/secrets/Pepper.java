package dev.counterfoil.ledger.secrets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;

/**
 * The installation's secret key or keys, newest first. Without it a stolen database or memory dump cannot be searched for card
 * secrets; when it is lost, every card made under it is lost.
 *
 * <p>The first makes the ids of new cards, look-ups try all. The last, the oldest, keys the hashes of idempotency keys and
 * requests, so that putting a new pepper in front changes no replay.
 *
 * <p>{@link #fingerprint()} names every pepper in order. An installation records it; {@link #extendsRecorded} tells whether
 * this list is the recorded one with nothing or new peppers in front. A list that misses, replaces or reorders a recorded
 * pepper would lose cards or charge a replay again, and is refused.
 */
public final class Pepper {
    private static final int MIN_BYTES = 32;
    private static final String FILE = "file:";
    private static final String FINGERPRINT_PURPOSE = "counterfoil/pepper-fingerprint/v1";

    private final List<KeyedHash> newestFirst;
    private final String fingerprint;

    private Pepper(List<byte[]> keys) {
        List<KeyedHash> hashes = new ArrayList<>();
        List<String> fingerprints = new ArrayList<>();
        for (byte[] key : keys) {
            KeyedHash hash = new KeyedHash(key);
            hashes.add(hash);
            fingerprints.add(HexFormat.of().formatHex(hash.of(FINGERPRINT_PURPOSE)));
        }
        if (new HashSet<>(fingerprints).size() < fingerprints.size()) {
            throw new IllegalArgumentException("pepper: one is listed twice (expected: each once)");
        }
        this.newestFirst = List.copyOf(hashes);
        this.fingerprint = String.join(",", fingerprints);
    }

    /**
     * The peppers of a setting, newest first: each {@code base64 of at least 32 bytes}, or {@code file:<path>} of a file that
     * holds such a text.
     *
     * @throws IllegalArgumentException if the list is empty, a file cannot be read, or a text is not base64 or too short; the
     *     message names the place in the list, never the text
     */
    public static Pepper of(List<String> setting) {
        if (setting.isEmpty()) {
            throw new IllegalArgumentException("pepper: empty list (expected: at least one)");
        }
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < setting.size(); i++) {
            keys.add(key(i, setting.get(i)));
        }
        return new Pepper(keys);
    }

    /** A new random pepper in the form {@link #of} reads. It is a secret: write it only to a file of mode 600. */
    public static String generate(SecureRandom random) {
        byte[] key = new byte[MIN_BYTES];
        random.nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    /**
     * Names the peppers without giving them away: 32 hex digits each, newest first, joined by commas. Safe to publish as long
     * as the peppers are random.
     */
    public String fingerprint() {
        return fingerprint;
    }

    /** Whether the peppers whose fingerprint was {@code recorded} are all here, in their order, behind any new ones. */
    public boolean extendsRecorded(String recorded) {
        return fingerprint.equals(recorded) || fingerprint.endsWith("," + recorded);
    }

    List<KeyedHash> newestFirst() {
        return newestFirst;
    }

    KeyedHash oldest() {
        return newestFirst.get(newestFirst.size() - 1);
    }

    @Override
    public String toString() {
        return "Pepper[" + newestFirst.size() + " masked]";
    }

    private static byte[] key(int index, String text) {
        String name = "pepper[" + index + "]";
        String base64 = text.startsWith(FILE) ? read(name, text.substring(FILE.length())) : text;
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            // The cause is dropped: its message quotes a character of the secret.
            throw new IllegalArgumentException(
                    name + ": not base64 (expected: base64 of at least " + MIN_BYTES + " bytes)");
        }
        if (key.length < MIN_BYTES) {
            throw new IllegalArgumentException(
                    name + ": " + key.length + " bytes (expected: at least " + MIN_BYTES + ")");
        }
        return key;
    }

    private static String read(String name, String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    name + ": cannot read " + path + " (" + e.getClass().getSimpleName() + ")", e);
        }
    }
}
