package dev.counterfoil.gateway.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import dev.counterfoil.gateway.settings.LogsSettings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Sets up logging in code, so that the settings alone decide. Who logs never waits: see {@link QueuedOutput}. */
public final class Logs {
    /** The logger of the access lines. */
    public static final String ACCESS = "dev.counterfoil.access";

    /** What these say below WARN is of use to their authors. */
    private static final List<String> QUIET = List.of(
            "io.lettuce",
            "io.netty",
            "io.vertx",
            "com.zaxxer.hikari",
            "org.flywaydb",
            "org.postgresql",
            "io.micrometer",
            "org.jdbi");

    private Logs() {}

    /** For commands: warnings as text on standard error, since standard output is for results. */
    public static void warningsToStandardError() {
        start(new LineEncoder(), new FileOutputStream(FileDescriptor.err), Level.WARN, false);
    }

    /** For serving: everything at {@code settings.level()} and above on standard output. */
    public static void toStandardOutput(LogsSettings settings) {
        to(new FileOutputStream(FileDescriptor.out), settings);
    }

    static void to(OutputStream out, LogsSettings settings) {
        Encoder<ILoggingEvent> encoder =
                settings.format() == LogsSettings.Format.JSON ? new FlatJsonEncoder() : new LineEncoder();
        start(encoder, out, Level.valueOf(settings.level().name()), settings.access());
    }

    /** Writes what is still queued; call it last. */
    public static void flush() {
        context().stop();
    }

    private static void start(Encoder<ILoggingEvent> encoder, OutputStream out, Level level, boolean access) {
        LoggerContext context = context();
        context.reset();
        // Without this a context that was stopped once would not stop again, and so not flush.
        context.start();
        encoder.setContext(context);
        encoder.start();
        QueuedOutput queue = new QueuedOutput(encoder, out);
        queue.setContext(context);
        queue.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        root.addAppender(queue);
        QUIET.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
        context.getLogger(ACCESS).setLevel(access ? Level.INFO : Level.OFF);
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
