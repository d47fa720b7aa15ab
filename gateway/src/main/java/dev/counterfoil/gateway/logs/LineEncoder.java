package dev.counterfoil.gateway.logs;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * One line a message, for people: time, level, logger, message, {@code key=value}. A message or a value cannot begin a line of its
 * own. Written by hand because a pattern costs several times as much, a line a request.
 */
final class LineEncoder extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final DateTimeFormatter OFFSET =
            DateTimeFormatter.ofPattern("XXX").withZone(ZoneId.systemDefault());

    private final ThrowableProxyConverter throwables = new ThrowableProxyConverter();
    private long second = -1;
    private String secondText = "";
    private String offset = "";

    @Override
    public void start() {
        throwables.start();
        super.start();
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(256);
        time(line, event.getTimeStamp());
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(level.length() == 4 ? "  " : " ");
        String logger = event.getLoggerName();
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
        onOneLine(line, event.getFormattedMessage());
        @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                line.append(' ').append(pair.key).append('=');
                onOneLine(line, String.valueOf(pair.value));
            }
        }
        line.append('\n');
        if (event.getThrowableProxy() != null) {
            line.append(throwables.convert(event));
        }
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Only the queue's one thread encodes, so the text of the current second may be kept. */
    private void time(StringBuilder line, long millis) {
        if (millis / 1_000 != second) {
            second = millis / 1_000;
            Instant instant = Instant.ofEpochMilli(millis);
            secondText = SECOND.format(instant);
            offset = OFFSET.format(instant);
        }
        long fraction = millis % 1_000;
        line.append(secondText)
                .append('.')
                .append((char) ('0' + fraction / 100))
                .append((char) ('0' + fraction / 10 % 10))
                .append((char) ('0' + fraction % 10))
                .append(offset);
    }

    private static void onOneLine(StringBuilder line, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(c < ' ' ? ' ' : c);
        }
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
