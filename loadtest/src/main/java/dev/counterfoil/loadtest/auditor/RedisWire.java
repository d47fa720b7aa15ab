package dev.counterfoil.loadtest.auditor;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** A connection to one Redis server, in its own protocol (RESP 2). For one thread. */
public final class RedisWire implements AutoCloseable {
    /** An error reply. */
    record Refusal(String message) {}

    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int READ_TIMEOUT_MS = 30_000;
    private static final int DEFAULT_PORT = 6379;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RedisWire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        this.out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    }

    /** {@code redis[s]://[[user]:password@]host[:port][/database]}. */
    public static RedisWire open(URI uri) throws IOException {
        RedisWire wire = new RedisWire(connect(uri));
        try {
            String user = uri.getRawUserInfo();
            if (user != null) {
                int colon = user.indexOf(':');
                String name = colon < 1 ? "default" : decoded(user.substring(0, colon));
                Object done = wire.call("AUTH", name, decoded(user.substring(colon + 1)));
            }
            String path = uri.getPath();
            if (path != null && path.length() > 1) {
                Object done = wire.call("SELECT", path.substring(1));
            }
            return wire;
        } catch (IOException e) {
            wire.close();
            throw e;
        }
    }

    private static Socket connect(URI uri) throws IOException {
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        Socket plain = new Socket();
        plain.connect(new InetSocketAddress(uri.getHost(), port), CONNECT_TIMEOUT_MS);
        plain.setSoTimeout(READ_TIMEOUT_MS);
        plain.setTcpNoDelay(true);
        if (!"rediss".equals(uri.getScheme())) {
            return plain;
        }
        SSLSocket secure = (SSLSocket)
                ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, uri.getHost(), port, true);
        var parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        return secure;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** One command: its reply is bytes, a {@code Long}, a {@code String} (a status), a list of such, or null. */
    public @Nullable Object call(String... words) throws IOException {
        List<byte[]> command = new ArrayList<>();
        for (String word : words) {
            command.add(word.getBytes(StandardCharsets.UTF_8));
        }
        Object reply = pipeline(List.of(command)).get(0);
        if (reply instanceof Refusal refusal) {
            throw new IOException("Redis answers: " + refusal.message());
        }
        return reply;
    }

    /** Commands sent together; their replies in order, a {@link Refusal} for one that failed. */
    List<@Nullable Object> pipeline(List<List<byte[]>> commands) throws IOException {
        for (List<byte[]> command : commands) {
            line('*', command.size());
            for (byte[] word : command) {
                line('$', word.length);
                out.write(word);
                out.write('\r');
                out.write('\n');
            }
        }
        out.flush();
        List<@Nullable Object> replies = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            replies.add(reply());
        }
        return replies;
    }

    private void line(char kind, int number) throws IOException {
        out.write((kind + Integer.toString(number) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private @Nullable Object reply() throws IOException {
        int kind = in.read();
        String line = line();
        return switch (kind) {
            case '+' -> line;
            case ':' -> Long.valueOf(line);
            case '$' -> bulk(Integer.parseInt(line));
            case '*' -> list(Integer.parseInt(line));
            case '-' -> new Refusal(line);
            default -> throw new EOFException("Redis closed the connection");
        };
    }

    private byte @Nullable [] bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        String end = line();
        if (bytes.length < length || !end.isEmpty()) {
            throw new EOFException("Redis closed the connection");
        }
        return bytes;
    }

    private @Nullable List<@Nullable Object> list(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            elements.add(reply());
        }
        return elements;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("Redis closed the connection");
            }
            line.append((char) next);
        }
        int newline = in.read();
        if (newline != '\n') {
            throw new IOException("Redis does not speak RESP");
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
