package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.postgres.DatabaseUnavailable;
import java.sql.SQLException;

/** Tells failures that pass by themselves from those that no repetition mends. */
final class SettlementFailure {
    private SettlementFailure() {}

    /**
     * Whether trying again is of no use: the journal is not one, or PostgreSQL refuses the rows themselves (classes 22 data, 23
     * integrity, 42 schema), or a defect of ours. Everything else, of the network, the disk or other transactions, passes.
     */
    static boolean isFinal(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JournalFault) {
                return true;
            }
            if (cause instanceof LedgerFault || cause instanceof DatabaseUnavailable) {
                return false;
            }
            if (cause instanceof SQLException) {
                String state = ((SQLException) cause).getSQLState();
                return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("42"));
            }
        }
        return true;
    }

    /** The failure for the log and for people, without the values of any row. */
    static String describe(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String state = root instanceof SQLException ? " (SQLSTATE " + ((SQLException) root).getSQLState() + ")" : "";
        return root.getClass().getSimpleName() + ": " + root.getMessage() + state;
    }
}
