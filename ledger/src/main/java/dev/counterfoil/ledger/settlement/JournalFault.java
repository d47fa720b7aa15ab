package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import org.jspecify.annotations.Nullable;

/** The journal of a cell cannot be settled as it stands: no retry helps, and skipping anything would falsify the books. */
final class JournalFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean broken;

    private JournalFault(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.broken = false;
    }

    private JournalFault(String message) {
        super(message);
        this.broken = true;
    }

    /** Whether the journal does not go on from the books: entries are missing, or are others than were settled. */
    boolean broken() {
        return broken;
    }

    /** The books lack rows that the journal changes. */
    static JournalFault unknownRows(String what, int expected, int found) {
        return new JournalFault(
                "the journal changes " + expected + " " + what + ", the books know " + found + " of them", null);
    }

    static JournalFault gap(Cell cell, long expected, long found) {
        return new JournalFault("journal of " + cell + ": sequence " + expected + " is missing, found " + found);
    }

    static JournalFault repeated(Cell cell, long sequence) {
        return new JournalFault("journal of " + cell + ": sequence " + sequence + " stands twice");
    }

    static JournalFault behind(Cell cell, long settled, long sequence) {
        return new JournalFault(
                "journal of " + cell + ": ends at sequence " + sequence + ", the books hold " + settled);
    }

    /** The books hold a sequence that settlement has not come to. */
    static JournalFault settledBefore(Cell cell, long first, long last) {
        return new JournalFault(
                "journal of " + cell + ": of the sequences " + first + ".." + last
                        + " the books hold some already, although settlement has not come to them",
                null);
    }

    static JournalFault rewritten(Cell cell, long sequence) {
        return new JournalFault("journal of " + cell + ": sequence " + sequence + " was settled with other content");
    }

    /** The content is not quoted: it belongs to customers. */
    static JournalFault malformed(long sequence, String what, @Nullable Throwable cause) {
        return new JournalFault("sequence " + sequence + ": " + what, cause);
    }
}
