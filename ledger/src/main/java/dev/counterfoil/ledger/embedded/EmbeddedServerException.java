package dev.counterfoil.ledger.embedded;

import org.jspecify.annotations.Nullable;

/** An embedded server or its data folder cannot be used. The message is one line for the person at the terminal. */
public class EmbeddedServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EmbeddedServerException(String message) {
        this(message, null);
    }

    public EmbeddedServerException(String message, @Nullable Throwable cause) {
        super(message.replaceAll("\\s*[\\r\\n]+\\s*", " ").strip(), cause);
    }
}
