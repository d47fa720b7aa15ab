package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import org.jspecify.annotations.Nullable;

/** The journal of a cell cannot be settled as it stands: no retry helps, and skipping anything would falsify the books. */
final class JournalFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private enum Kind {
        CONTENT,
        BROKEN,
        NEWER
    }

    private final Kind kind;

    private JournalFault(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Whether the journal does not go on from the books: entries are missing, or are others than were settled. */
    boolean broken() {
        return kind == Kind.BROKEN;
    }

    /** Whether a later version wrote what this one does not know: an upgrade settles it, and until then nothing behind it may be. */
    boolean newer() {
        return kind == Kind.NEWER;
    }

    /** The books lack rows that the journal changes. */
    static JournalFault unknownRows(String what, int expected, int found) {
        return content("the journal changes " + expected + " " + what + ", the books know " + found + " of them", null);
    }

    static JournalFault gap(Cell cell, long expected, long found) {
        return broken("journal of " + cell + ": sequence " + expected + " is missing, found " + found);
    }

    static JournalFault repeated(Cell cell, long sequence) {
        return broken("journal of " + cell + ": sequence " + sequence + " stands twice");
    }

    static JournalFault behind(Cell cell, long settled, long sequence) {
        return broken("journal of " + cell + ": ends at sequence " + sequence + ", the books hold " + settled);
    }

    /** The books hold a sequence that settlement has not come to. */
    static JournalFault settledBefore(Cell cell, long first, long last) {
        return content(
                "journal of " + cell + ": of the sequences " + first + ".." + last
                        + " the books hold some already, although settlement has not come to them",
                null);
    }

    static JournalFault rewritten(Cell cell, long sequence) {
        return broken("journal of " + cell + ": sequence " + sequence + " was settled with other content");
    }

    /** A kind of leg or a type of transaction that this version does not know. */
    static JournalFault newer(long sequence, String what) {
        return new JournalFault(
                Kind.NEWER,
                "sequence " + sequence + ": this version does not know " + what
                        + " (expected: a settler of the version that journaled it)",
                null);
    }

    /** The content is not quoted: it belongs to customers. */
    static JournalFault malformed(long sequence, String what, @Nullable Throwable cause) {
        return content("sequence " + sequence + ": " + what, cause);
    }

    private static JournalFault content(String message, @Nullable Throwable cause) {
        return new JournalFault(Kind.CONTENT, message, cause);
    }

    private static JournalFault broken(String message) {
        return new JournalFault(Kind.BROKEN, message, null);
    }
}
