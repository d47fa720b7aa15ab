package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.postgres.DatabaseUnavailable;
import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Tells failures that pass by themselves from those that no repetition mends. */
final class SettlementFailure {
    private static final Set<String> FINAL_CLASSES = Set.of("22", "23", "42");

    private static final Set<String> DATA_CLASSES = Set.of("22", "23");
    private static final String UNIQUE = "23505";

    /** Another settler made the same partition at the same moment. */
    private static final String MADE_MEANWHILE = "42P07";

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
                return state != null && FINAL_CLASSES.contains(state.substring(0, 2)) && !state.equals(MADE_MEANWHILE);
            }
        }
        return true;
    }

    /**
     * Whether the rows themselves are refused, so that the rest can be settled without them: the journal's content is not as it
     * must be, or PostgreSQL says so (classes 22 data, 23 integrity). Not a wrong schema, which refuses every row, and not what a
     * later version wrote: what it moves nobody here can tell.
     */
    static boolean isOfData(Exception failure) {
        return failure instanceof JournalFault && !((JournalFault) failure).newer()
                || failure instanceof SQLException
                        && ((SQLException) failure).getSQLState() != null
                        && DATA_CLASSES.contains(
                                ((SQLException) failure).getSQLState().substring(0, 2));
    }

    /** Whether the books hold a transaction of that sequence already. */
    static boolean isOfSettledSequence(Exception failure) {
        ServerErrorMessage server =
                failure instanceof PSQLException ? ((PSQLException) failure).getServerErrorMessage() : null;
        return server != null
                && UNIQUE.equals(server.getSQLState())
                && "transactions_pkey".equals(server.getConstraint());
    }

    /** The failure for the log and for people, without the values of any row. */
    static String describe(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof SQLException)) {
            root = root.getCause();
        }
        String state = root instanceof SQLException ? " (SQLSTATE " + ((SQLException) root).getSQLState() + ")" : "";
        return root.getClass().getSimpleName() + ": " + message(root) + state;
    }

    /** PostgreSQL's own message, without its detail, which quotes the row. */
    private static String message(Throwable failure) {
        ServerErrorMessage server =
                failure instanceof PSQLException ? ((PSQLException) failure).getServerErrorMessage() : null;
        return String.valueOf(server == null ? failure.getMessage() : server.getMessage());
    }
}
