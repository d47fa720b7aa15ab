package dev.counterfoil.loadtest.openloop;

import dev.counterfoil.loadtest.openloop.Answered.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One connection, with at most one request under way on it. One thread. */
final class Exchange implements AutoCloseable {
    private static final String LENGTH = "content-length: ";
    private static final int MOST_BYTES = 32_768;
    private static final int CREATED = 201;
    private static final int UNAVAILABLE = 503;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer answer = ByteBuffer.allocate(MOST_BYTES);
    private ByteBuffer request = ByteBuffer.allocate(0);
    private long sinceNanos;
    private boolean closing;

    Exchange(Selector selector, InetSocketAddress to) throws IOException {
        this.channel = SocketChannel.open(to);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** @param since when it was due */
    void begin(byte[] bytes, long since) {
        sinceNanos = since;
        request = ByteBuffer.wrap(bytes);
        answer.clear();
        try {
            write();
        } catch (IOException gone) {
            // Found again when it is read.
        }
    }

    private void write() throws IOException {
        int unused = channel.write(request);
        key.interestOps(SelectionKey.OP_READ | (request.hasRemaining() ? SelectionKey.OP_WRITE : 0));
    }

    long sinceNanos() {
        return sinceNanos;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Goes on as far as it can; what the request ended as, or null while it has not. */
    @Nullable
    Kind go() throws IOException {
        try {
            if (request.hasRemaining()) {
                write();
            }
            if (channel.read(answer) < 0) {
                close();
                return Kind.BROKEN;
            }
        } catch (IOException reset) {
            close();
            return Kind.BROKEN;
        }
        Kind kind = whole();
        if (kind != null && closing) {
            close();
        }
        return kind;
    }

    private @Nullable Kind whole() throws IOException {
        String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return null;
        }
        String head = text.substring(0, end).toLowerCase(Locale.ROOT);
        int length = head.indexOf(LENGTH);
        if (length < 0) {
            throw new IOException("an answer without a length: " + head);
        }
        int lineEnd = head.indexOf('\r', length);
        int bytes = Integer.parseInt(head.substring(length + LENGTH.length(), lineEnd < 0 ? head.length() : lineEnd));
        if (text.length() < end + 4 + bytes) {
            return null;
        }
        closing = head.contains("\r\nconnection: close");
        int status = Integer.parseInt(head.substring(9, 12));
        return status == CREATED ? Kind.DONE : status == UNAVAILABLE ? Kind.SHED : Kind.OTHER;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
