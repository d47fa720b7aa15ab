package dev.counterfoil.gateway.http;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a request belongs to, by W3C Trace Context ({@code traceparent: 00-<trace id>-<parent id>-<flags>}, level 1, section
 * 3.2). The gateway calls nobody over HTTP, so it hands no trace on: the trace's id stands in its logs, where it joins them with the
 * caller's.
 */
final class TraceContext {
    static final String HEADER = "traceparent";

    /** Later versions may have more behind the flags; version ff is none. */
    private static final Pattern FORM =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    private static final Pattern VERSION_0 = Pattern.compile("00-[0-9a-f-]{52}");
    private static final int ID_START = 3;
    private static final int ID_END = 35;
    private static final int LONGEST = 512;

    private TraceContext() {}

    /** The trace's id, 32 hexadecimal digits; null where the header is missing, is there twice, or is no such thing. */
    static @Nullable String traceId(@Nullable String traceparent) {
        if (traceparent == null
                || traceparent.length() > LONGEST
                || !FORM.matcher(traceparent).matches()
                || traceparent.startsWith("00")
                        && !VERSION_0.matcher(traceparent).matches()) {
            return null;
        }
        return traceparent.substring(ID_START, ID_END);
    }
}
