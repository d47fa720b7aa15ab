package dev.counterfoil.gateway.settings;

/** What is written to standard output while serving. */
public record LogsSettings(Format format, Level level, boolean access) {
    public enum Format {
        TEXT,
        JSON
    }

    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }

    public static LogsSettings defaults() {
        return new LogsSettings(Format.TEXT, Level.INFO, true);
    }
}
