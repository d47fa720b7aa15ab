package dev.counterfoil.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** The last handler of most routes: asks the endpoint and writes what it answers. */
final class Answers implements Handler<RoutingContext> {
    /** How long a caller that still sends is listened to after its answer, so that it reads it before the connection ends. */
    private static final long LINGER_MS = 1_000;

    /** Bodies up to this size are read to their end after an early answer, and the connection is kept. */
    private static final long SHORT_BODY_BYTES = 65_536;

    private static final long HTTP2_CANCEL = 8;

    /** What an endpoint does with its call's deadline. */
    enum Manner {
        /** Posts in steps that go on beyond it, or is a {@code GET}, which posts nothing. */
        UNHURRIED,
        /** Hands it on with all that it posts, so that the call may be given up at it. */
        IN_TIME,
        /** The same, and changes nothing: of a call that is given up there is nothing to be known. */
        READING
    }

    private final Endpoint endpoint;
    private final Manner manner;

    Answers(Endpoint endpoint, Manner manner) {
        this.endpoint = endpoint;
        this.manner = manner;
    }

    @Override
    public void handle(RoutingContext context) {
        Call call = Call.of(context);
        HttpMethod method = context.request().method();
        if (manner == Manner.READING) {
            call.onlyAsks();
        } else if (manner == Manner.UNHURRIED && method != HttpMethod.GET && method != HttpMethod.HEAD) {
            call.withoutDeadline();
        }
        endpoint.handle(call).onComplete(done -> {
            if (done.succeeded()) {
                write(context, done.result());
            } else {
                context.fail(done.cause());
            }
        });
    }

    static void write(RoutingContext context, Answer answer) {
        HttpServerResponse response = context.response();
        if (response.closed() || response.ended()) {
            return;
        }
        response.setStatusCode(answer.status()).putHeader(HttpHeaders.CONTENT_TYPE, answer.contentType());
        for (Map.Entry<String, String> header : answer.headers()) {
            response.putHeader(header.getKey(), header.getValue());
        }
        Problem problem = answer.problem();
        if (stillSending(context.request()) || (problem != null && problem.code() == ProblemCode.REQUEST_TIMEOUT)) {
            if (context.request().version() != HttpVersion.HTTP_2) {
                response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
            closeLater(context);
        }
        if (problem != null) {
            Call call = Call.of(context);
            call.problem(problem);
            end(context, problem.toJson(call.requestId()).toBuffer());
        } else {
            end(context, answer.body());
        }
    }

    /** An answer to HEAD says how long the body would be and has none: over HTTP/2 a body is an error of protocol. */
    private static void end(RoutingContext context, Buffer body) {
        HttpServerResponse response = context.response();
        Future<Void> ended = context.request().method() == HttpMethod.HEAD
                ? response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
                        .end()
                : response.end(body);
        ended.onFailure(Answers::callerLeft);
    }

    /** Whether more of the body is on its way than is worth waiting for: it is long, of unknown length, or was not asked for. */
    private static boolean stillSending(HttpServerRequest request) {
        if (request.isEnded() || request.method() == HttpMethod.GET) {
            return false;
        }
        String length = request.headers().get(HttpHeaders.CONTENT_LENGTH);
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || request.headers().contains(HttpHeaders.EXPECT)
                || (length != null && (length.length() > 9 || Long.parseLong(length) > SHORT_BODY_BYTES));
    }

    private static void closeLater(RoutingContext context) {
        long unused = context.vertx().setTimer(LINGER_MS, fired -> hangUp(context));
    }

    /** Ends the request at once, and of HTTP/1 its connection: there is no other way to say that the rest is missing. */
    static void hangUp(RoutingContext context) {
        if (context.request().version() == HttpVersion.HTTP_2) {
            context.response().reset(HTTP2_CANCEL).onFailure(Answers::callerLeft);
        } else {
            context.request().connection().close().onFailure(Answers::callerLeft);
        }
    }

    /** Nobody is there to be told; the access log says 499. */
    private static void callerLeft(Throwable cause) {}
}
