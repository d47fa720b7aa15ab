package dev.counterfoil.loadtest.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A request that is still changed. All text is of bytes, a character each (ISO 8859-1), so that it can hold any. One thread.
 */
final class Draft {
    /** What a request has a right to, the weakest last. */
    enum Due {
        /** An answer. */
        ANSWER,
        /** An answer, or the end of the connection. */
        ANSWER_OR_END,
        /** Nothing for now: the server may wait for more, but not for ever. */
        PATIENCE
    }

    /** What the client does once all is sent. */
    enum Ending {
        LISTENS,
        CLOSES,
        RESETS,
        /** Sends no more and waits until the server has had enough. */
        STAYS
    }

    record Header(String name, String value) {}

    final Route route;
    String method;
    String target;
    String version = "HTTP/1.1";
    String lineEnd = "\r\n";
    final List<Header> headers = new ArrayList<>();
    /** Lines after the headers that are none. */
    final List<String> rawLines = new ArrayList<>();

    String body = "";
    boolean contentLength = true;
    /** Sent before and after it, on the same connection. */
    String before = "";

    String after = "";
    int answers = 1;
    /** At most so many answers are right, whatever is due. */
    int mostAnswers = 1;

    Due due = Due.ANSWER;
    Ending ending = Ending.LISTENS;
    /** It is sent in so many pieces. */
    int pieces = 1;
    /** Of all bytes, so many thousandths are sent. */
    int sentPerMille = 1_000;
    /** Replaces all. */
    String instead = "";
    /** Bytes that are overwritten before it is sent, a pair of place (of 65,536) and value each. */
    final List<int[]> noise = new ArrayList<>();
    /** Whether it asks for the program of a tenant whose key it does not have. */
    boolean trespasses;

    /** More secrets that it carries where none belongs. */
    final List<String> secrets = new ArrayList<>();

    Draft(Route route, String target) {
        this.route = route;
        this.method = route.method();
        this.target = target;
    }

    void weaken(Due other) {
        if (other.compareTo(due) > 0) {
            due = other;
        }
    }

    void header(String name, String value) {
        headers.add(new Header(name, value));
    }

    void replace(String name, String value) {
        remove(name);
        header(name, value);
    }

    void remove(String name) {
        boolean unused = headers.removeIf(each -> each.name().equalsIgnoreCase(name));
    }

    String value(String name) {
        return headers.stream()
                .filter(each -> each.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst()
                .orElse("");
    }

    /** The path alone. */
    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    String query() {
        int query = target.indexOf('?');
        return query < 0 ? "" : target.substring(query + 1);
    }

    void query(String query) {
        target = path() + "?" + query;
    }

    /** Which answer, from 0, is one to HEAD; -1: none. */
    int headAt() {
        if (!method.equals("HEAD") || !instead.isEmpty()) {
            return -1;
        }
        return before.startsWith("GET") ? 1 : 0;
    }

    /** Text as the bytes of its UTF-8. */
    static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    byte[] bytes() {
        StringBuilder all = new StringBuilder(before);
        if (instead.isEmpty()) {
            all.append(method)
                    .append(' ')
                    .append(target)
                    .append(' ')
                    .append(version)
                    .append(lineEnd);
            headers.forEach(each ->
                    all.append(each.name()).append(": ").append(each.value()).append(lineEnd));
            rawLines.forEach(each -> all.append(each).append(lineEnd));
            if (contentLength
                    && (!body.isEmpty() || !method.toUpperCase(Locale.ROOT).matches("GET|HEAD"))) {
                all.append("Content-Length: ").append(body.length()).append(lineEnd);
            }
            all.append(lineEnd).append(body);
        } else {
            all.append(instead);
        }
        byte[] bytes = all.append(after).toString().getBytes(StandardCharsets.ISO_8859_1);
        for (int[] each : noise) {
            if (bytes.length > 0) {
                bytes[(int) ((long) each[0] * bytes.length >> 16)] = (byte) each[1];
            }
        }
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        sent.write(bytes, 0, (int) ((long) bytes.length * sentPerMille / 1_000));
        return sent.toByteArray();
    }
}
