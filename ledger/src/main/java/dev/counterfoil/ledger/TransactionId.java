package dev.counterfoil.ledger;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a transaction is named outside: {@code tx_} and 13 letters of Crockford's base 32, two of the cell's index and
 * eleven of its sequence. Ids of one cell sort in the order of posting.
 */
public record TransactionId(int cellIndex, long sequence) {
    private static final String PREFIX = "tx_";
    private static final String LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int CELL_LETTERS = 2;
    private static final int SEQUENCE_LETTERS = 11;

    public TransactionId {
        Amounts.within("cellIndex", cellIndex, 0, Cell.MOST - 1L);
        Amounts.positive("sequence", sequence);
    }

    /** The id that {@code text} is, or nothing when it is none. */
    public static Optional<TransactionId> parse(@Nullable String text) {
        if (text == null
                || text.length() != PREFIX.length() + CELL_LETTERS + SEQUENCE_LETTERS
                || !text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        long cell = value(text, PREFIX.length(), CELL_LETTERS);
        long sequence = value(text, PREFIX.length() + CELL_LETTERS, SEQUENCE_LETTERS);
        if (cell < 0 || sequence < 1 || sequence > Amounts.MAX) {
            return Optional.empty();
        }
        return Optional.of(new TransactionId((int) cell, sequence));
    }

    @Override
    public String toString() {
        char[] text = new char[PREFIX.length() + CELL_LETTERS + SEQUENCE_LETTERS];
        PREFIX.getChars(0, PREFIX.length(), text, 0);
        write(text, PREFIX.length(), CELL_LETTERS, cellIndex);
        write(text, PREFIX.length() + CELL_LETTERS, SEQUENCE_LETTERS, sequence);
        return new String(text);
    }

    private static void write(char[] text, int from, int length, long value) {
        long rest = value;
        for (int i = from + length - 1; i >= from; i--) {
            text[i] = LETTERS.charAt((int) (rest & 31));
            rest >>>= 5;
        }
    }

    private static long value(String text, int from, int length) {
        long value = 0;
        for (int i = from; i < from + length; i++) {
            int digit = LETTERS.indexOf(text.charAt(i));
            if (digit < 0) {
                return -1;
            }
            value = value << 5 | digit;
        }
        return value;
    }
}
