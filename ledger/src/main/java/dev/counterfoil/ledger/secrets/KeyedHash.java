package dev.counterfoil.ledger.secrets;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 of a few texts under one key, cut to the bytes that are kept. Each thread keeps one keyed {@link Mac}, because
 * setting one up costs more than a hash. Safe to share between threads.
 */
final class KeyedHash {
    static final int ID_BYTES = 16;
    private static final String ALGORITHM = "HmacSHA256";
    private static final int FULL_BYTES = 32;

    private final ThreadLocal<State> states;

    KeyedHash(byte[] key) {
        byte[] own = key.clone();
        this.states = ThreadLocal.withInitial(() -> new State(own));
    }

    /** The hash of the parts with one zero byte between each two, cut to {@link #ID_BYTES}. */
    byte[] of(String... parts) {
        return Arrays.copyOf(full(parts), ID_BYTES);
    }

    /** A key for another purpose: hashes under it say nothing about hashes under this one. */
    KeyedHash derive(String purpose) {
        return new KeyedHash(full(purpose).clone());
    }

    /** The whole hash, in a buffer of this thread that the next call overwrites. */
    private byte[] full(String... parts) {
        State state = states.get();
        for (int i = 0; i < parts.length; i++) {
            if (i > 0) {
                state.mac.update((byte) 0);
            }
            if (i < parts.length - 1 && parts[i].indexOf(0) >= 0) {
                state.mac.reset();
                throw new IllegalArgumentException(
                        "part " + i + " of a keyed hash: holds a zero byte (expected: only the last may)");
            }
            state.mac.update(parts[i].getBytes(StandardCharsets.UTF_8));
        }
        try {
            state.mac.doFinal(state.out, 0);
        } catch (ShortBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
        return state.out;
    }

    private static final class State {
        final Mac mac;
        final byte[] out = new byte[FULL_BYTES];

        State(byte[] key) {
            try {
                mac = Mac.getInstance(ALGORITHM);
                mac.init(new SecretKeySpec(key, ALGORITHM));
            } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
                throw new IllegalStateException("the JDK has no " + ALGORITHM, impossible);
            }
        }
    }
}
