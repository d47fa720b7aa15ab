package dev.counterfoil.ledger.secrets;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * How the secrets of cards are made, printed and read. The normal form, which is hashed, has no separators and only upper case;
 * the two formats differ in length, so a text tells its own.
 */
public enum SecretFormat {
    /** 16 random characters of Crockford's base 32 (80 bits) and a check character: {@code 7KQ4-M2XW-9TPA-H5RCP}. */
    CROCKFORD("crockford", 17, 0x1p80) {
        @Override
        void fill(char[] secret, SecureRandom random) {
            byte[] bytes = new byte[DATA_BYTES];
            random.nextBytes(bytes);
            int interim = 0;
            int next = 0;
            for (int i = 0; i < bytes.length; i += 5) {
                long forty = 0;
                for (int j = 0; j < 5; j++) {
                    forty = forty << 8 | bytes[i + j] & 0xFF;
                }
                for (int shift = 35; shift >= 0; shift -= 5) {
                    int symbol = (int) (forty >>> shift) & 31;
                    interim = CheckCharacter.next32(interim, symbol);
                    secret[next++] = ALPHABET.charAt(symbol);
                }
            }
            secret[next] = ALPHABET.charAt(CheckCharacter.check32(interim));
            Arrays.fill(bytes, (byte) 0);
        }

        @Override
        boolean checks(String normal) {
            int interim = 0;
            for (int i = 0; i < normal.length(); i++) {
                int symbol = ALPHABET.indexOf(normal.charAt(i));
                if (symbol < 0) {
                    return false;
                }
                interim = CheckCharacter.next32(interim, symbol);
            }
            return interim == 0;
        }
    },

    /** 19 random digits (63 bits) and a check digit, for keypads: {@code 4820-1935-…}. */
    DIGITS("digits", 20, 1e19) {
        @Override
        void fill(char[] secret, SecureRandom random) {
            int interim = 0;
            for (int i = 0; i < secret.length - 1; i++) {
                int digit = random.nextInt(10);
                interim = CheckCharacter.next10(interim, digit);
                secret[i] = (char) ('0' + digit);
            }
            secret[secret.length - 1] = (char) ('0' + interim);
        }

        @Override
        boolean checks(String normal) {
            int interim = 0;
            for (int i = 0; i < normal.length(); i++) {
                int digit = normal.charAt(i) - '0';
                if (digit < 0 || digit > 9) {
                    return false;
                }
                interim = CheckCharacter.next10(interim, digit);
            }
            return interim == 0;
        }
    };

    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int DATA_BYTES = 10;
    private static final int GROUP = 4;
    private static final int MAX_TYPED = 64;

    private final String id;
    private final int length;
    private final double space;

    SecretFormat(String id, int length, double space) {
        this.id = id;
        this.length = length;
        this.space = space;
    }

    /** The format a card type names, {@code crockford} or {@code digits}. */
    public static SecretFormat of(String id) {
        for (SecretFormat format : values()) {
            if (format.id.equals(id)) {
                return format;
            }
        }
        throw new IllegalArgumentException("secret_format: " + id + " (expected: crockford or digits)");
    }

    /** The name in the API and the tables. */
    public String id() {
        return id;
    }

    /** The format that a text in normal form has the length of; empty where no made secret has. */
    public static Optional<SecretFormat> ofLength(String normal) {
        return Arrays.stream(values())
                .filter(format -> normal.length() == format.length)
                .findFirst();
    }

    /** How many cards a guesser who tries so many secrets a day finds in a year, of so many that live. */
    public double expectedHitsAYear(long attemptsADay, long liveCards) {
        return attemptsADay * 365.0 * liveCards / space;
    }

    /** A new secret in normal form. */
    public String make(SecureRandom random) {
        char[] secret = new char[length];
        fill(secret, random);
        return new String(secret);
    }

    /** A secret in normal form as it is printed: groups of four, the odd character in the last. */
    public static String print(String normal) {
        StringBuilder printed = new StringBuilder(normal.length() + normal.length() / GROUP);
        for (int i = 0; i < normal.length(); i++) {
            if (i > 0 && i % GROUP == 0 && normal.length() - i > 1) {
                printed.append('-');
            }
            printed.append(normal.charAt(i));
        }
        return printed.toString();
    }

    /**
     * The normal form of what somebody typed: upper case, without white space and dashes, I and L read as 1, O as 0, full-width
     * characters as their plain ones. Empty if it is blank, longer than 64 characters, or holds a character that no made secret
     * has. Says nothing about the check character: {@link #wellFormed} does.
     */
    public static Optional<String> normalise(String typed) {
        if (typed.length() > MAX_TYPED) {
            return Optional.empty();
        }
        char[] normal = new char[typed.length()];
        int length = 0;
        for (int i = 0; i < typed.length(); i++) {
            char c = plain(typed.charAt(i));
            if (c == SEPARATOR) {
                continue;
            }
            if (c == INVALID) {
                return Optional.empty();
            }
            normal[length++] = c;
        }
        return length == 0 ? Optional.empty() : Optional.of(new String(normal, 0, length));
    }

    /** Whether a text in normal form has the length and the check character of a made secret, of either format. */
    public static boolean wellFormed(String normal) {
        for (SecretFormat format : values()) {
            if (normal.length() == format.length) {
                return format.checks(normal);
            }
        }
        return false;
    }

    abstract void fill(char[] secret, SecureRandom random);

    abstract boolean checks(String normal);

    private static final char SEPARATOR = '-';
    private static final char INVALID = 0;

    private static char plain(char typed) {
        char c = typed >= '\uFF01' && typed <= '\uFF5E' ? (char) (typed - 0xFEE0) : typed;
        if (c >= 'a' && c <= 'z') {
            c -= 'a' - 'A';
        }
        if (c >= '0' && c <= '9') {
            return c;
        }
        if (c >= 'A' && c <= 'Z') {
            return switch (c) {
                case 'I', 'L' -> '1';
                case 'O' -> '0';
                case 'U' -> INVALID;
                default -> c;
            };
        }
        boolean dash = c == '-' || c >= '\u2010' && c <= '\u2015' || c == '\u2212';
        return dash || Character.isWhitespace(c) || Character.isSpaceChar(c) ? SEPARATOR : INVALID;
    }
}
