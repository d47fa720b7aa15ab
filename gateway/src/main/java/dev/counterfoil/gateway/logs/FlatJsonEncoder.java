package dev.counterfoil.gateway.logs;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.encoder.JsonEscapeUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** One JSON object a line, with the key-value pairs of the event beside its message: {@code jq .request_id} finds them. */
final class FlatJsonEncoder extends JsonEncoder {
    FlatJsonEncoder() {
        setWithSequenceNumber(false);
        setWithNanoseconds(false);
        setWithContext(false);
        setWithMarkers(false);
        setWithMDC(false);
        setWithKVPList(false);
        setWithMessage(false);
        setWithArguments(false);
    }

    @Override
    protected void appendCustomFields(StringBuilder line, ILoggingEvent event) {
        append(line, "message", event.getFormattedMessage());
        @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                append(line, pair.key, pair.value);
            }
        }
    }

    /** Left out where there is none, unlike the superclass does. */
    @Override
    protected void appendThrowableProxy(StringBuilder line, String name, @Nullable IThrowableProxy throwable) {
        if (throwable != null) {
            super.appendThrowableProxy(line, name, throwable);
        }
    }

    private static void append(StringBuilder line, String key, @Nullable Object value) {
        line.append(",\"").append(key).append("\":");
        if (value == null || value instanceof Number || value instanceof Boolean) {
            line.append(value);
        } else {
            line.append('"')
                    .append(JsonEscapeUtil.jsonEscapeString(value.toString()))
                    .append('"');
        }
    }
}
