package dev.counterfoil.loadtest.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A TCP connection that writes any bytes and reads HTTP/1.1 responses strictly. One thread, but for {@link #close}. */
final class Wire implements Closeable {
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final long NEXT_CHUNK_NANOS = 10_000_000_000L;
    private static final int MOST_LINE = 65_536;
    private static final int MOST_BODY = 256 << 20;

    /** Vert.x refuses a version that it does not speak in that version's own name. */
    private static final Pattern NOT_SPOKEN =
            Pattern.compile("[!-~\\x80-\\xff]+/-?\\d+\\.-?\\d+ (400|414|431|501) [A-Za-z -]+");

    /** What was read is no HTTP response. */
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private long deadlineNanos = Long.MAX_VALUE;

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    static Wire open(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(server, CONNECT_TIMEOUT_MS);
            return new Wire(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Past it, reads throw {@link SocketTimeoutException}. */
    void deadline(long nanos) {
        deadlineNanos = nanos;
    }

    void write(byte[] bytes, int from, int until) throws IOException {
        out.write(bytes, from, until - from);
        out.flush();
    }

    /**
     * The next response that is no interim one; null where the connection ends before it begins.
     *
     * @param head whether it answers HEAD, and has no body
     */
    @Nullable
    Answer read(boolean head) throws IOException {
        while (true) {
            String line = line();
            if (line == null) {
                return null;
            }
            if (NOT_SPOKEN.matcher(line).matches()) {
                line = line.replaceFirst("\\S+", "HTTP/1.0");
            }
            if (!line.matches("HTTP/1\\.[01] [1-5]\\d\\d( .*)?")) {
                throw new Malformed("the status line is \"" + line + "\"");
            }
            int status = Integer.parseInt(line.substring(9, 12));
            Map<String, List<String>> headers = headers();
            if (status < 200 && status != 101) {
                continue;
            }
            return body(status, line.startsWith("HTTP/1.0"), headers, head);
        }
    }

    private Map<String, List<String>> headers() throws IOException {
        Map<String, List<String>> headers = new HashMap<>();
        for (String line = required(); !line.isEmpty(); line = required()) {
            int colon = line.indexOf(':');
            if (colon < 1 || !line.substring(0, colon).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                throw new Malformed("a header is \"" + line + "\"");
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return headers;
    }

    private Answer body(int status, boolean old, Map<String, List<String>> headers, boolean head) throws IOException {
        List<String> connection = headers.getOrDefault("connection", List.of());
        boolean closes = old
                ? connection.stream().noneMatch(each -> each.equalsIgnoreCase("keep-alive"))
                : connection.stream().anyMatch(each -> each.equalsIgnoreCase("close"));
        List<String> lengths = headers.getOrDefault("content-length", List.of());
        byte[] body;
        if (head && closes) {
            // What was too malformed to be known for HEAD is answered as if it were GET.
            byte[] unused = in.readAllBytes();
            body = new byte[0];
        } else if (head || status == 204 || status == 304 || status == 101) {
            body = new byte[0];
        } else if (headers.containsKey("transfer-encoding")) {
            if (!lengths.isEmpty()) {
                throw new Malformed("a response has both a length and a transfer encoding");
            }
            body = chunks();
        } else if (lengths.isEmpty()) {
            closes = true;
            body = in.readAllBytes();
        } else {
            if (lengths.size() > 1 || !lengths.get(0).matches("\\d{1,8}")) {
                throw new Malformed("a response has the lengths " + lengths);
            }
            body = exactly(Integer.parseInt(lengths.get(0)));
        }
        return new Answer(status, headers, body, closes);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = required();
            if (!size.matches("[0-9A-Fa-f]{1,7}")) {
                throw new Malformed("the size of a chunk is \"" + size + "\"");
            }
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                Map<String, List<String>> unused = headers();
                return body.toByteArray();
            }
            if (body.size() + length > MOST_BODY) {
                throw new Malformed("a response of more than " + MOST_BODY + " bytes");
            }
            body.writeBytes(exactly(length));
            String end = required();
            if (!end.isEmpty()) {
                throw new Malformed("a chunk ends with \"" + end + "\"");
            }
            // A stream that goes on does not hang: a batch of a million cards takes its time.
            deadlineNanos = Math.max(deadlineNanos, System.nanoTime() + NEXT_CHUNK_NANOS);
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; ) {
            timeout();
            int read = in.read(bytes, at, length - at);
            if (read < 0) {
                throw new Malformed("a body ends after " + at + " of " + length + " bytes");
            }
            at += read;
        }
        return bytes;
    }

    private String required() throws IOException {
        String line = line();
        if (line == null) {
            throw new Malformed("a response ends in its head");
        }
        return line;
    }

    /** Without its end; null where the connection ends before it begins. */
    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            timeout();
            int next = in.read();
            if (next < 0) {
                if (line.size() == 0) {
                    return null;
                }
                throw new Malformed("a line ends with the connection: \"" + line + "\"");
            }
            if (next == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                if (!text.endsWith("\r")) {
                    throw new Malformed("a line ends without CR: \"" + text + "\"");
                }
                return text.substring(0, text.length() - 1);
            }
            line.write(next);
            if (line.size() > MOST_LINE) {
                throw new Malformed("a line of more than " + MOST_LINE + " bytes");
            }
        }
    }

    private void timeout() throws IOException {
        if (in.available() > 0) {
            return;
        }
        long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("the deadline is past");
        }
        socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
    }

    /** Ends it as a client that crashed does; leaves no trace in the table of connections. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
