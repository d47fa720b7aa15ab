package dev.counterfoil.ledger.secrets;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals digital codes with AES-256-GCM, each bound to its program, item and code id, and other small secrets, each bound to what
 * it is for: a sealed text moved to another row does not open. The text is {@code <key id>.<base64url(nonce ‖ ciphertext ‖ tag)>}, free of {@code :} and quotes.
 *
 * <p>The first key seals, all open. The last, the oldest, keys {@link #duplicateHash}, so that adding a key still finds the
 * duplicates of codes loaded before. Safe to share between threads.
 */
public final class CodeCipher {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_-]{1,16}");
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Map<String, SecretKeySpec> keys;
    private final String sealingKey;
    private final KeyedHash duplicates;
    private final SecureRandom random;

    private CodeCipher(Map<String, byte[]> raw, SecureRandom random) {
        this.keys = new LinkedHashMap<>();
        byte[] oldest = new byte[0];
        for (Map.Entry<String, byte[]> key : raw.entrySet()) {
            keys.put(key.getKey(), new SecretKeySpec(key.getValue(), "AES"));
            oldest = key.getValue();
        }
        this.sealingKey = raw.keySet().iterator().next();
        this.duplicates = new KeyedHash(oldest).derive("counterfoil/code-duplicates/v1");
        this.random = random;
    }

    /**
     * The keys of a setting, newest first: each {@code <key id>:<base64 of 32 bytes>}.
     *
     * @throws IllegalArgumentException if the list is empty or an entry has another form; the message never quotes a key
     */
    public static CodeCipher of(List<String> setting, SecureRandom random) {
        if (setting.isEmpty()) {
            throw new IllegalArgumentException("code-keys: empty list (expected: at least one)");
        }
        Map<String, byte[]> raw = new LinkedHashMap<>();
        for (int i = 0; i < setting.size(); i++) {
            String entry = setting.get(i);
            int colon = entry.indexOf(':');
            String id = entry.substring(0, Math.max(colon, 0));
            byte[] key = decode(entry.substring(colon + 1));
            if (!KEY_ID.matcher(id).matches() || key.length != KEY_BYTES || raw.put(id, key) != null) {
                throw new IllegalArgumentException(
                        "code-keys[" + i + "]: malformed or repeated (expected: <id of 1..16 letters,"
                                + " digits, _ or ->:<base64 of " + KEY_BYTES + " bytes>, each id once)");
            }
        }
        return new CodeCipher(raw, random);
    }

    /** A new random key under {@code id} in the form {@link #of} reads. It is a secret: write it only to a file of mode 600. */
    public static String generate(String id, SecureRandom random) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return id + ":" + Base64.getEncoder().encodeToString(key);
    }

    /** Seals {@code code} under the first key. */
    public String seal(String program, String sku, String codeId, DigitalCode code) {
        return seal(boundTo(program, sku, codeId), code.toJson().toBuffer().getBytes());
    }

    /** Seals {@code clear} under the first key. {@code boundTo} names what it is for, and has at most one NUL in it. */
    public String seal(String boundTo, byte[] clear) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key(sealingKey), nonce, boundTo);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + cipher.getOutputSize(clear.length));
            int written = cipher.doFinal(clear, 0, clear.length, sealed, NONCE_BYTES);
            return sealingKey + "." + ENCODER.encodeToString(Arrays.copyOf(sealed, NONCE_BYTES + written));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot seal " + printable(boundTo), e);
        }
    }

    /**
     * Opens what {@link #seal} made for the same program, item and code id.
     *
     * @throws IllegalArgumentException if the key is not listed, or the text was changed or belongs to another code
     */
    public DigitalCode open(String program, String sku, String codeId, String sealed) {
        byte[] clear = open(boundTo(program, sku, codeId), sealed);
        return DigitalCode.ofJson(new JsonObject(Buffer.buffer(clear)));
    }

    /**
     * Opens what {@link #seal(String, byte[])} made for the same purpose.
     *
     * @throws IllegalArgumentException if the key is not listed, or the text was changed or sealed for something else
     */
    public byte[] open(String boundTo, String sealed) {
        int dot = sealed.indexOf('.');
        byte[] bytes = decode(sealed.substring(dot + 1));
        if (dot < 1 || bytes.length < NONCE_BYTES + TAG_BITS / Byte.SIZE) {
            throw new IllegalArgumentException(
                    "sealed " + printable(boundTo) + ": malformed (expected: <key id>.<base64url>)");
        }
        SecretKeySpec key = key(sealed.substring(0, dot));
        byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, boundTo);
            return cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "sealed " + printable(boundTo) + ": changed, or sealed for something else", e);
        }
    }

    private static String boundTo(String program, String sku, String codeId) {
        return program + '\0' + sku + '\0' + codeId;
    }

    private static String printable(String boundTo) {
        return boundTo.replace('\0', ' ');
    }

    /** The same 16 bytes for the same code of the same item, whatever key sealed it. */
    public byte[] duplicateHash(String program, String sku, String code) {
        return duplicates.of(program, sku, code);
    }

    @Override
    public String toString() {
        return "CodeCipher" + keys.keySet();
    }

    private SecretKeySpec key(String id) {
        SecretKeySpec key = keys.get(id);
        if (key == null) {
            throw new IllegalArgumentException("code key " + id + ": not listed in code-keys");
        }
        return key;
    }

    private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce, String boundTo)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(boundTo.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** Bytes of either base64 alphabet; nothing, which no key or sealed code is, for a text that is not base64. */
    private static byte[] decode(String text) {
        try {
            return Base64.getUrlDecoder().decode(text.strip().replace('+', '-').replace('/', '_'));
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }
}
