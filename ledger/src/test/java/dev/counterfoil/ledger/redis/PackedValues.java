package dev.counterfoil.ledger.redis;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** MessagePack values as a list that a test may change: texts (one character a byte), longs, doubles, truth values and null. */
final class PackedValues {
    private PackedValues() {}

    static List<Object> read(byte[] packed) {
        ByteBuffer bytes = ByteBuffer.wrap(packed);
        List<Object> values = new ArrayList<>();
        while (bytes.hasRemaining()) {
            values.add(value(bytes));
        }
        return values;
    }

    private static Object value(ByteBuffer bytes) {
        int type = bytes.get() & 0xff;
        if (type < 0x80 || type >= 0xe0) {
            return (long) (byte) type;
        } else if (type >= 0xa0 && type < 0xc0) {
            return text(bytes, type & 0x1f);
        }
        return switch (type) {
            case 0xc2, 0xc3 -> type == 0xc3;
            case 0xd2 -> (long) bytes.getInt();
            case 0xd3 -> bytes.getLong();
            case 0xdb -> text(bytes, bytes.getInt());
            default -> throw new IllegalArgumentException("packed: a type of " + type);
        };
    }

    private static String text(ByteBuffer bytes, int length) {
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** Always in the longest form of each type, so that a script does not depend on the shortest. */
    static byte[] write(List<Object> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (Object value : values) {
                write(value, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(@Nullable Object value, DataOutputStream out) throws IOException {
        if (value == null) {
            out.writeByte(0xc0);
        } else if (value instanceof List<?> list) {
            out.writeByte(0xdd);
            out.writeInt(list.size());
            for (Object element : list) {
                write(element, out);
            }
        } else if (value instanceof String text) {
            out.writeByte(0xdb);
            out.writeInt(text.length());
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        } else if (value instanceof Long number) {
            out.writeByte(0xd3);
            out.writeLong(number);
        } else if (value instanceof Double number) {
            out.writeByte(0xcb);
            out.writeDouble(number);
        } else {
            out.writeByte((Boolean) value ? 0xc3 : 0xc2);
        }
    }
}
