package dev.counterfoil.gateway.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines from a bounded queue on a thread of its own, so that nobody who logs ever waits. When four fifths are taken, lines
 * below WARN are dropped, so that warnings have room while a disk or a pipe stalls; how many were dropped is told.
 *
 * <p>The thread looks every few milliseconds and writes what has gathered with one call. Waking it for each line, as logback's own
 * appender does, cost more than the request that the line is about.
 */
final class QueuedOutput extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private static final int LINES = 16_384;
    private static final int KEPT_FOR_WARNINGS = LINES / 5;
    private static final int MOST_AT_ONCE = 1_024;
    private static final long LOOK_MS = 10;
    private static final long FLUSH_MS = 2_000;

    private final ArrayBlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(LINES);
    private final AtomicLong dropped = new AtomicLong();
    private final Encoder<ILoggingEvent> encoder;
    private final OutputStream out;
    private @Nullable Thread writer;

    QueuedOutput(Encoder<ILoggingEvent> encoder, OutputStream out) {
        this.encoder = encoder;
        this.out = out;
    }

    @Override
    public void start() {
        super.start();
        Thread thread = new Thread(this::run, "log");
        thread.setDaemon(true);
        thread.start();
        writer = thread;
    }

    @Override
    protected void append(ILoggingEvent event) {
        boolean room = event.getLevel().isGreaterOrEqual(Level.WARN) || queue.remainingCapacity() > KEPT_FOR_WARNINGS;
        if (room) {
            event.prepareForDeferredProcessing();
        }
        if (!room || !queue.offer(event)) {
            long unused = dropped.incrementAndGet();
        }
    }

    /** Writes what is queued, for at most two seconds. The stream stays open: it is the process's. */
    @Override
    public void stop() {
        super.stop();
        Thread thread = writer;
        if (thread != null) {
            try {
                thread.join(FLUSH_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        List<ILoggingEvent> lines = new ArrayList<>(MOST_AT_ONCE);
        while (true) {
            boolean last = !isStarted();
            if (queue.drainTo(lines, MOST_AT_ONCE) > 0) {
                write(lines);
                lines.clear();
            } else if (last) {
                return;
            } else {
                pause();
            }
        }
    }

    private void write(List<ILoggingEvent> lines) {
        ByteArrayOutputStream text = new ByteArrayOutputStream(lines.size() * 256);
        for (ILoggingEvent line : lines) {
            try {
                text.writeBytes(encoder.encode(line));
            } catch (RuntimeException e) {
                // A value whose toString throws must not end the log.
                addError("a line cannot be written", e);
            }
        }
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            text.writeBytes(encoder.encode(lostLines(lost)));
        }
        try {
            text.writeTo(out);
            out.flush();
        } catch (IOException e) {
            addError("the log cannot be written", e);
        }
    }

    private ILoggingEvent lostLines(long count) {
        Logger logger = ((LoggerContext) getContext()).getLogger(QueuedOutput.class);
        return new LoggingEvent(
                QueuedOutput.class.getName(),
                logger,
                Level.WARN,
                "the log could not keep up: " + count + " lines were dropped",
                null,
                null);
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_MS);
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; if so, it just looks again.
        }
    }
}
