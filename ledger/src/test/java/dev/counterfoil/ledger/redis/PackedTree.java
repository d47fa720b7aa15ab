package dev.counterfoil.ledger.redis;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** MessagePack as lists that a test may change: texts (one character a byte), longs, doubles, truth values, and lists of them. */
final class PackedTree {
    private PackedTree() {}

    static List<Object> read(byte[] packed) {
        ByteBuffer bytes = ByteBuffer.wrap(packed);
        List<Object> list = list(value(bytes));
        if (bytes.hasRemaining()) {
            throw new IllegalArgumentException("packed: " + bytes.remaining() + " bytes after its end");
        }
        return list;
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object value) {
        return (List<Object>) value;
    }

    private static Object value(ByteBuffer bytes) {
        int type = bytes.get() & 0xff;
        if (type < 0x80 || type >= 0xe0) {
            return (long) (byte) type;
        } else if (type >= 0x90 && type < 0xa0) {
            return list(bytes, type & 0xf);
        } else if (type >= 0xa0 && type < 0xc0) {
            return text(bytes, type & 0x1f);
        }
        return switch (type) {
            case 0xc2, 0xc3 -> type == 0xc3;
            case 0xd2 -> (long) bytes.getInt();
            case 0xd3 -> bytes.getLong();
            case 0xdb -> text(bytes, bytes.getInt());
            case 0xdc -> list(bytes, bytes.getShort());
            default -> throw new IllegalArgumentException("packed: a type of " + type);
        };
    }

    private static List<Object> list(ByteBuffer bytes, int size) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(value(bytes));
        }
        return list;
    }

    private static String text(ByteBuffer bytes, int length) {
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** Always in the longest form of each type, so that a script does not depend on the shortest. */
    static byte[] write(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            write(value, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(Object value, DataOutputStream out) throws IOException {
        if (value instanceof List<?> list) {
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
