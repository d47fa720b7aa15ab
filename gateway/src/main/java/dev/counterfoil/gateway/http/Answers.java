package dev.counterfoil.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** The last handler of most routes: asks the endpoint and writes what it answers. */
final class Answers implements Handler<RoutingContext> {
    /** How long a caller that still sends is listened to after its answer, so that it reads it before the connection ends. */
    private static final long LINGER_MS = 1_000;

    /** Bodies up to this size are read to their end after an early answer, and the connection is kept. */
    private static final long SHORT_BODY_BYTES = 65_536;

    private final Endpoint endpoint;

    Answers(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public void handle(RoutingContext context) {
        endpoint.handle(Call.of(context)).onComplete(done -> {
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
        if (stillSending(context.request())) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            closeLater(context);
        }
        Problem problem = answer.problem();
        if (problem != null) {
            Call call = Call.of(context);
            call.problem(problem);
            response.end(problem.toJson(call.requestId()).toBuffer()).onFailure(Answers::callerLeft);
        } else {
            response.end(answer.body()).onFailure(Answers::callerLeft);
        }
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
        long unused = context.vertx()
                .setTimer(LINGER_MS, fired -> context.request().connection().close());
    }

    /** Nobody is there to be told; the access log says 499. */
    private static void callerLeft(Throwable cause) {}
}
