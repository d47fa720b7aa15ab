package dev.counterfoil.ledger.secrets;

import java.util.Optional;

/**
 * The printed, not secret, numbers of cards: 16 digits, in the order in which a program makes its cards, so that a batch is a
 * range of numbers. They start at 1000000000000001: no leading zero is lost in a spreadsheet or a cash register.
 */
public final class CardNumbers {
    /** The number of a program's last possible card, counted from 1. */
    public static final long MAX_ORDINAL = 999_999_999_999L;

    private static final long BASE = 1_000_000_000_000_000L;
    private static final int MAX_LENGTH = 32;
    private static final int LAST = 4;
    private static final int RESERVED_LENGTH = 16;

    private CardNumbers() {}

    /**
     * The number of the program's {@code ordinal}-th card.
     *
     * @param ordinal 1..{@link #MAX_ORDINAL}, taken from the program's own counter
     */
    public static String number(long ordinal) {
        if (ordinal < 1 || ordinal > MAX_ORDINAL) {
            throw new IllegalArgumentException("card ordinal: " + ordinal + " (expected: 1.." + MAX_ORDINAL + ")");
        }
        return Long.toString(BASE + ordinal);
    }

    /** What {@link #number} was made of. */
    public static long ordinal(String number) {
        return Long.parseLong(number) - BASE;
    }

    /** Whether {@code number} is kept for cards that are made here: 16 characters that begin with 1000, so that none lies in a range of theirs. */
    public static boolean isReserved(String number) {
        return number.length() == RESERVED_LENGTH && number.startsWith("1000");
    }

    /** The last four characters, for a face that shows no more; a shorter number whole. */
    public static String last4(String number) {
        return number.substring(Math.max(0, number.length() - LAST));
    }

    /**
     * The normal form of what somebody typed: ASCII letters in upper case and digits, without spaces and dashes. Empty if
     * nothing is left, another character appears, or more than 32 are left. Imported numbers may hold letters.
     */
    public static Optional<String> normalise(String typed) {
        StringBuilder normal = new StringBuilder(Math.min(typed.length(), MAX_LENGTH));
        for (int i = 0; i < typed.length(); i++) {
            char c = typed.charAt(i);
            if (c == ' ' || c == '-') {
                continue;
            }
            boolean lower = c >= 'a' && c <= 'z';
            boolean known = lower || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!known || normal.length() == MAX_LENGTH) {
                return Optional.empty();
            }
            normal.append(lower ? (char) (c - 'a' + 'A') : c);
        }
        return normal.length() == 0 ? Optional.empty() : Optional.of(normal.toString());
    }
}
