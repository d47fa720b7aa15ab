package dev.counterfoil.gateway.settings;

/** A setting that cannot be used. The message is one line that names the setting and what is expected; it holds no secret. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SettingsException(String message) {
        super(message);
    }
}
