package dev.counterfoil.ledger;

/** The ledger could not answer. Only {@link OutcomeUnknown} leaves open whether the transaction was posted. */
public abstract sealed class LedgerFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LedgerFault(String message) {
        super(message, null, false, false);
    }

    /** The command may have reached Redis: retry with the same idempotency key to learn what happened. */
    public static final class OutcomeUnknown extends LedgerFault {
        private static final long serialVersionUID = 1L;

        public OutcomeUnknown(String message) {
            super(message);
        }
    }

    /** Redis, or the books where they alone can answer, cannot be reached. Nothing was posted. */
    public static final class Unavailable extends LedgerFault {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message) {
            super(message);
        }
    }

    /** The cell was never opened, was emptied, or has a shorter history than was acknowledged. Nothing was posted. */
    public static final class Cold extends LedgerFault {
        private static final long serialVersionUID = 1L;

        public Cold(Cell cell) {
            super("cell " + cell + " is cold: it has to be rebuilt from PostgreSQL");
        }
    }

    /** A queue is at its bound, or the journal is, or Redis' memory. Nothing was posted. */
    public static non-sealed class Overloaded extends LedgerFault {
        private static final long serialVersionUID = 1L;

        public Overloaded(String message) {
            super(message);
        }
    }

    /** The kernel found its own arguments or a stored value malformed and wrote nothing: a defect, to be looked into. */
    public static final class Faulty extends LedgerFault {
        private static final long serialVersionUID = 1L;

        public Faulty(String message) {
            super(message);
        }
    }
}
