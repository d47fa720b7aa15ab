package dev.counterfoil.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole body: 415 when it is no {@code application/json}, 413 past the limit, told from {@code Content-Length} before
 * a byte is read, else counted while it comes; 401 when it is not the body that was signed. What follows of a refused body is thrown away (see {@link Answers}).
 */
final class ReadBody implements Handler<RoutingContext> {
    private static final Pattern JSON =
            Pattern.compile("application/json *(; *charset *= *\"?utf-8\"? *)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NDJSON =
            Pattern.compile("application/(x-)?ndjson *(; *charset *= *\"?utf-8\"? *)?", Pattern.CASE_INSENSITIVE);

    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    private final String type;
    private final Pattern form;
    private final int maxBytes;

    private final boolean optional;
    private final boolean lines;
    private final StageTimers stages;

    private ReadBody(String type, Pattern form, int maxBytes, boolean optional, StageTimers stages) {
        this.stages = stages;
        this.optional = optional;
        this.lines = form == NDJSON;
        this.type = type;
        this.form = form;
        this.maxBytes = maxBytes;
    }

    /** One JSON value. */
    static ReadBody json(int maxBytes, StageTimers stages) {
        return new ReadBody("application/json", JSON, maxBytes, false, stages);
    }

    /** One JSON value, or no body at all, which stands for an empty object. */
    static ReadBody optionalJson(int maxBytes, StageTimers stages) {
        return new ReadBody("application/json", JSON, maxBytes, true, stages);
    }

    /** One JSON object a line. */
    static ReadBody ndjson(int maxBytes, StageTimers stages) {
        return new ReadBody("application/x-ndjson", NDJSON, maxBytes, false, stages);
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (lines) {
            // As long as it comes at its pace: it is longer than what is read within a deadline, and posts in many
            // steps.
            Call.of(context).withoutDeadline();
        }
        // Over HTTP/2 only its end tells whether there is a body: no header has to.
        boolean untold = optional
                && request.version() == HttpVersion.HTTP_2
                && request.headers().get(HttpHeaders.CONTENT_LENGTH) == null;
        if (untold) {
            read(context, request, received -> untold(context, received));
            return;
        }
        if (optional && isEmpty(request.headers())) {
            accept(context, new byte[0], EMPTY_OBJECT);
            return;
        }
        if (!isExpected(request.headers().get(HttpHeaders.CONTENT_TYPE))) {
            failType(context);
            return;
        }
        if (tooLong(request.headers().get(HttpHeaders.CONTENT_LENGTH))) {
            fail(context, ProblemCode.PAYLOAD_TOO_LARGE, "expected: at most " + maxBytes + " bytes");
            return;
        }
        if ("100-continue".equalsIgnoreCase(request.headers().get(HttpHeaders.EXPECT))) {
            context.response().writeContinue().onFailure(context::fail);
        }
        read(context, request, received -> accept(context, received, received));
    }

    private void untold(RoutingContext context, byte[] received) {
        if (received.length == 0) {
            accept(context, received, EMPTY_OBJECT);
        } else if (isExpected(context.request().headers().get(HttpHeaders.CONTENT_TYPE))) {
            accept(context, received, received);
        } else {
            failType(context);
        }
    }

    private void read(RoutingContext context, HttpServerRequest request, Consumer<byte[]> whole) {
        Buffer body = Buffer.buffer();
        // Nobody is there to be answered; without a handler it would be logged as an error.
        request.exceptionHandler(callerLeft -> {});
        request.handler(chunk -> {
            if (context.failed()) {
                return;
            }
            if (body.length() + chunk.length() > maxBytes) {
                fail(context, ProblemCode.PAYLOAD_TOO_LARGE, "expected: at most " + maxBytes + " bytes");
                return;
            }
            body.appendBuffer(chunk);
        });
        request.endHandler(end -> {
            if (!context.failed()) {
                whole.accept(body.getBytes());
            }
        });
    }

    /** Goes on with {@code body} where what was received is what was signed, or nothing was. */
    private void accept(RoutingContext context, byte[] received, byte[] body) {
        Call call = Call.of(context);
        try {
            call.requireSigned(received);
        } catch (Rejection e) {
            context.fail(e);
            return;
        }
        call.body(body);
        stages.bodyRead(call);
        context.next();
    }

    private static boolean isEmpty(MultiMap headers) {
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return !headers.contains(HttpHeaders.TRANSFER_ENCODING) && (length == null || length.equals("0"));
    }

    private boolean isExpected(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        return contentType.equals(type)
                || form.matcher(contentType.strip().toLowerCase(Locale.ROOT)).matches();
    }

    private boolean tooLong(@Nullable String contentLength) {
        // Netty refused what is not a number; one of more digits than the limit's need not be one that fits a long.
        return contentLength != null && (contentLength.length() > 9 || Long.parseLong(contentLength) > maxBytes);
    }

    private void failType(RoutingContext context) {
        fail(context, ProblemCode.UNSUPPORTED_MEDIA_TYPE, "expected: Content-Type: " + type);
    }

    private static void fail(RoutingContext context, ProblemCode code, String detail) {
        context.fail(new Rejection(Problem.of(code, detail)));
    }
}
