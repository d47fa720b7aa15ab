package dev.counterfoil.ledger.postgres;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL could not be reached, ended the connection, or every worker is busy. A statement that was under way when the
 * connection was lost may have been committed. The message names no user and no password.
 */
public final class DatabaseUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DatabaseUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The fault as callers see it: this type when the connection is to blame, else {@code fault} itself. */
    static RuntimeException translate(RuntimeException fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof DatabaseUnavailable) {
                return (DatabaseUnavailable) cause;
            }
            if (cause instanceof SQLException && lostConnection((SQLException) cause)) {
                return new DatabaseUnavailable(
                        "PostgreSQL is unavailable: " + root(cause).getMessage(), fault);
            }
        }
        return fault;
    }

    /** Class 08: connection; 57P: shutdown or crash; 53300: too many connections. */
    private static boolean lostConnection(SQLException fault) {
        String state = fault.getSQLState();
        return fault instanceof SQLTransientConnectionException
                || state != null && (state.startsWith("08") || state.startsWith("57P") || state.equals("53300"));
    }

    private static Throwable root(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
