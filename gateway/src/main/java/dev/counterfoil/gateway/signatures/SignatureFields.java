package dev.counterfoil.gateway.signatures;

import dev.counterfoil.gateway.signatures.SignatureRefused.Reason;
import java.util.Map;
import java.util.function.Function;

/** The header fields of signatures: bounded, and refused by name where they cannot be read. */
final class SignatureFields {
    /** Of all lines of one field together. */
    private static final int LONGEST = 4_096;

    /** A caller's own signature, and those that proxies on the way may have added. */
    private static final int MOST_MEMBERS = 8;

    private SignatureFields() {}

    static Map<String, InnerList> innerLists(String name, String text) {
        return read(name, text, StructuredField::innerLists);
    }

    static Map<String, byte[]> byteSequences(String name, String text) {
        return read(name, text, StructuredField::byteSequences);
    }

    private static <T> Map<String, T> read(String name, String text, Function<String, Map<String, T>> reader) {
        if (text.length() > LONGEST) {
            throw malformed(name, text.length() + " characters (expected: at most " + LONGEST + ")");
        }
        Map<String, T> members;
        try {
            members = reader.apply(text);
        } catch (StructuredField.Malformed e) {
            throw malformed(name, String.valueOf(e.getMessage()));
        }
        if (members.isEmpty() || members.size() > MOST_MEMBERS) {
            throw malformed(name, members.size() + " members (expected: 1.." + MOST_MEMBERS + ")");
        }
        return members;
    }

    private static SignatureRefused malformed(String name, String detail) {
        return new SignatureRefused(Reason.MALFORMED, name + ": " + detail);
    }
}
