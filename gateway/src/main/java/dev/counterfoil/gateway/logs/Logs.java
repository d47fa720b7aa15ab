package dev.counterfoil.gateway.logs;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.counterfoil.gateway.settings.LogsSettings;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Sets up logging in code, so that the settings alone decide. Lines go through a bounded queue that never blocks who logs: when
 * four fifths are taken, lines below WARN are dropped, so that there is room for warnings even while a disk or a pipe stalls.
 */
public final class Logs {
    /** The logger of the access lines. */
    public static final String ACCESS = "dev.counterfoil.access";

    private static final int QUEUE_LINES = 16_384;
    private static final int KEPT_FOR_WARNINGS = QUEUE_LINES / 5;
    private static final int FLUSH_MS = 2_000;

    /** A value cannot begin a line of its own. */
    private static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: "
            + "%replace(%msg){'[\\r\\n]+',' '}%replace( %kvp){'^ $',''}%n%ex";

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
        start(encoder(LogsSettings.Format.TEXT), "System.err", Level.WARN, false);
    }

    /** For serving: everything at {@code settings.level()} and above on standard output. */
    public static void toStandardOutput(LogsSettings settings) {
        start(
                encoder(settings.format()),
                "System.out",
                Level.valueOf(settings.level().name()),
                settings.access());
    }

    /** Writes what is still queued; call it last. */
    public static void flush() {
        context().stop();
    }

    private static void start(Encoder<ILoggingEvent> encoder, String target, Level level, boolean access) {
        LoggerContext context = context();
        context.reset();
        // Without this a context that was stopped once would not stop again, and so not flush.
        context.start();
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget(target);
        console.setEncoder(encoder);
        console.start();
        AsyncAppender queue = new AsyncAppender();
        queue.setContext(context);
        queue.setQueueSize(QUEUE_LINES);
        queue.setDiscardingThreshold(KEPT_FOR_WARNINGS);
        queue.setNeverBlock(true);
        queue.setMaxFlushTime(FLUSH_MS);
        queue.addAppender(console);
        queue.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        root.addAppender(queue);
        QUIET.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
        context.getLogger(ACCESS).setLevel(access ? Level.INFO : Level.OFF);
    }

    private static Encoder<ILoggingEvent> encoder(LogsSettings.Format format) {
        if (format == LogsSettings.Format.JSON) {
            return new FlatJsonEncoder();
        }
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setPattern(LINE);
        return text;
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
