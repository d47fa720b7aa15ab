package dev.counterfoil.gateway.signatures;

import dev.counterfoil.gateway.signatures.InnerList.Item;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Reads a dictionary of structured fields (RFC 8941, RFC 9651) strictly: what those allow and no signature needs (decimals, dates,
 * display strings, a name that stands twice, base64 that is not canonical) is malformed. Values are {@link Long}, {@link String},
 * {@link Token}, {@link Boolean} and {@code byte[]}.
 */
final class StructuredField {
    private static final int MOST_DIGITS = 15;

    private final String text;
    private int at;

    private StructuredField(String text) {
        this.text = text;
    }

    /** A word without quotes, unlike a {@link String}. */
    record Token(String text) {}

    /** Says where and what; without a stack trace. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(int at, String expected) {
            super("character " + (at + 1) + ": expected " + expected, null, false, false);
        }
    }

    /** A dictionary of inner lists, such as {@code Signature-Input}, in its order. */
    static Map<String, InnerList> innerLists(String text) {
        return new StructuredField(text).dictionary(StructuredField::innerList);
    }

    /** A dictionary of byte sequences, such as {@code Signature} and {@code Content-Digest}, in its order. */
    static Map<String, byte[]> byteSequences(String text) {
        return new StructuredField(text).dictionary(StructuredField::bytes);
    }

    private interface Member<T> {
        T read(StructuredField field);
    }

    private <T> Map<String, T> dictionary(Member<T> member) {
        Map<String, T> members = new LinkedHashMap<>();
        skip(c -> c == ' ');
        while (at < text.length()) {
            int start = at;
            String key = key();
            require('=');
            if (members.put(key, member.read(this)) != null) {
                throw new Malformed(start, "each name once");
            }
            skip(StructuredField::isBlank);
            if (at == text.length()) {
                return members;
            }
            require(',');
            skip(StructuredField::isBlank);
            if (at == text.length()) {
                throw new Malformed(at, "a member behind the comma");
            }
        }
        return members;
    }

    private InnerList innerList() {
        require('(');
        List<Item> items = new ArrayList<>();
        skip(c -> c == ' ');
        while (peek() != ')') {
            items.add(new Item(bareItem(), parameters()));
            if (peek() != ' ' && peek() != ')') {
                throw new Malformed(at, "a space or )");
            }
            skip(c -> c == ' ');
        }
        at++;
        return new InnerList(items, parameters());
    }

    private Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        while (peek() == ';') {
            at++;
            skip(c -> c == ' ');
            int start = at;
            String key = key();
            Object value = Boolean.TRUE;
            if (peek() == '=') {
                at++;
                value = bareItem();
            }
            if (parameters.put(key, value) != null) {
                throw new Malformed(start, "each parameter once");
            }
        }
        return parameters;
    }

    private String key() {
        int start = at;
        if (!isLower(peek()) && peek() != '*') {
            throw new Malformed(at, "a name in lower case");
        }
        skip(c -> isLower(c) || isDigit(c) || c == '_' || c == '-' || c == '.' || c == '*');
        return text.substring(start, at);
    }

    private Object bareItem() {
        int c = peek();
        if (c == '"') {
            return string();
        } else if (c == ':') {
            return bytes();
        } else if (c == '?') {
            return bool();
        } else if (c == '-' || isDigit(c)) {
            return integer();
        } else if (isAlpha(c) || c == '*') {
            int start = at;
            skip(t -> isAlpha(t) || isDigit(t) || "!#$%&'*+-.^_`|~:/".indexOf(t) >= 0);
            return new Token(text.substring(start, at));
        }
        throw new Malformed(at, "a string, token, integer, byte sequence or boolean");
    }

    private String string() {
        require('"');
        StringBuilder value = new StringBuilder();
        while (peek() != '"') {
            if (peek() == '\\') {
                at++;
                if (peek() != '"' && peek() != '\\') {
                    throw new Malformed(at, "\" or \\ behind \\");
                }
            }
            if (peek() < 0x20 || peek() > 0x7e) {
                throw new Malformed(at, "visible ASCII and a quote at the end");
            }
            value.append(text.charAt(at++));
        }
        at++;
        return value.toString();
    }

    private byte[] bytes() {
        int start = at;
        require(':');
        int end = text.indexOf(':', at);
        if (end >= 0) {
            String base64 = text.substring(at, end);
            try {
                byte[] value = Base64.getDecoder().decode(base64);
                if (Base64.getEncoder().encodeToString(value).equals(base64)) {
                    at = end + 1;
                    return value;
                }
            } catch (IllegalArgumentException e) {
                // As below.
            }
        }
        throw new Malformed(start, "base64 with its padding between colons");
    }

    private boolean bool() {
        require('?');
        int c = peek();
        if (c != '0' && c != '1') {
            throw new Malformed(at, "?0 or ?1");
        }
        at++;
        return c == '1';
    }

    private long integer() {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        int digits = at;
        skip(StructuredField::isDigit);
        if (at == digits || at - digits > MOST_DIGITS || peek() == '.') {
            throw new Malformed(start, "an integer of 1 to " + MOST_DIGITS + " digits");
        }
        return Long.parseLong(text.substring(start, at));
    }

    private void require(char expected) {
        if (peek() != expected) {
            throw new Malformed(at, String.valueOf(expected));
        }
        at++;
    }

    /** The next character, -1 at the end. */
    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private void skip(IntPredicate whether) {
        while (at < text.length() && whether.test(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isLower(int c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isAlpha(int c) {
        return isLower(c) || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
