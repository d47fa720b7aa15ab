package dev.counterfoil.gateway;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start has opened so far. Closing goes in the opposite order and to the end, whatever fails on the way, so that a start
 * that fails halfway leaves nothing behind.
 */
final class Opened implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Opened.class);

    private final Deque<Entry> entries = new ArrayDeque<>();

    private record Entry(String name, AutoCloseable part) {}

    /** Sees to it that {@code part} is closed, before everything that was added earlier. */
    @CanIgnoreReturnValue
    synchronized <T extends AutoCloseable> T add(String name, T part) {
        entries.push(new Entry(name, part));
        return part;
    }

    @Override
    public synchronized void close() {
        while (!entries.isEmpty()) {
            Entry entry = entries.pop();
            try {
                entry.part().close();
            } catch (Exception e) {
                LOG.warn("closing {} failed: {}", entry.name(), e.toString());
            }
        }
    }
}
