package dev.counterfoil.ledger.redis;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes texts, whole numbers and truth values in MessagePack, one behind the other, which Redis unpacks for a script in
 * one step; a hundred small arguments would cost it several times as much, and lists of them a table each. See the
 * <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">specification</a>. Not thread-safe.
 */
final class Packed {
    private byte[] bytes = new byte[256];
    private int length;
    private int values;

    /** How many values it has. */
    int values() {
        return values;
    }

    /** Bytes. */
    int length() {
        return length;
    }

    @CanIgnoreReturnValue
    Packed text(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    @CanIgnoreReturnValue
    Packed text(byte[] text) {
        values++;
        if (text.length < 32) {
            put(0xa0 | text.length);
        } else {
            put(0xdb);
            big(text.length, 4);
        }
        room(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
        return this;
    }

    @CanIgnoreReturnValue
    Packed number(long value) {
        values++;
        if (value >= -32 && value < 128) {
            put((int) value);
        } else if (value == (int) value) {
            put(0xd2);
            big(value, 4);
        } else {
            put(0xd3);
            big(value, 8);
        }
        return this;
    }

    @CanIgnoreReturnValue
    Packed truth(boolean value) {
        values++;
        put(value ? 0xc3 : 0xc2);
        return this;
    }

    @CanIgnoreReturnValue
    Packed append(Packed other) {
        room(other.length);
        System.arraycopy(other.bytes, 0, bytes, length, other.length);
        length += other.length;
        values += other.values;
        return this;
    }

    /** Behind a number that says how many they are, as the script takes them. */
    byte[] counted() {
        return new Packed().number(values).append(this).toBytes();
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void put(int octet) {
        room(1);
        bytes[length++] = (byte) octet;
    }

    private void big(long value, int octets) {
        for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
            put((int) (value >> shift));
        }
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
