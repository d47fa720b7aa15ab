package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.signatures.ContentDigest;
import dev.counterfoil.gateway.signatures.RequestSignatures;
import dev.counterfoil.gateway.signatures.SignatureRefused;
import dev.counterfoil.gateway.signatures.SignedMessage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/**
 * 401 for a signature that does not hold, and for a missing one where the key asks for it. What is signed waits, unread, until its nonce
 * is known to be new; its body is held to the signature by {@link ReadBody}, before anything reads it. {@link Authenticate} leads on to it.
 */
final class VerifySignature implements Handler<RoutingContext> {
    private final RequestSignatures signatures;
    private final StageTimers stages;

    /** In the order of the reasons. */
    private final List<Counter> refused = new ArrayList<>();

    VerifySignature(RequestSignatures signatures, StageTimers stages, MeterRegistry registry) {
        this.signatures = signatures;
        this.stages = stages;
        for (SignatureRefused.Reason reason : SignatureRefused.Reason.values()) {
            refused.add(Counter.builder("counterfoil.signatures.refused")
                    .description("Requests refused with 401 for their signature, by what is wrong with it")
                    .tag("reason", reason.token())
                    .register(registry));
        }
    }

    @Override
    public void handle(RoutingContext context) {
        Call call = Call.of(context);
        if (RequestSignatures.isSigned(context.request().headers())) {
            verify(context, call);
        } else if (call.key().terms().requireSignature()) {
            context.fail(rejection(context, RequestSignatures.unsigned()));
        } else {
            stages.authenticated(call);
            context.next();
        }
    }

    private void verify(RoutingContext context, Call call) {
        Future<ContentDigest> verified =
                signatures.verify(message(context.request()), call.key().client());
        if (verified.failed()) {
            context.fail(failure(context, verified.cause()));
            return;
        }
        call.hold();
        verified.onComplete(done -> {
            if (!call.readOn()) {
                return;
            }
            if (done.succeeded()) {
                call.signedBody(body -> require(context, done.result(), body));
                stages.authenticated(call);
                context.next();
            } else {
                context.fail(failure(context, done.cause()));
            }
        });
    }

    private void require(RoutingContext context, ContentDigest digest, byte[] body) {
        try {
            digest.require(body);
        } catch (SignatureRefused e) {
            throw rejection(context, e);
        }
    }

    private Throwable failure(RoutingContext context, Throwable cause) {
        return cause instanceof SignatureRefused why ? rejection(context, why) : cause;
    }

    private Rejection rejection(RoutingContext context, SignatureRefused why) {
        refused.get(why.reason().ordinal()).increment();
        return new Rejection(Problem.unauthenticated(why.detail())
                .withHeader("Accept-Signature", RequestSignatures.acceptSignature(message(context.request()))));
    }

    private static SignedMessage message(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        return new SignedMessage(
                request.method().name(),
                authority == null ? null : authority.toString(),
                request.uri(),
                request.headers());
    }
}
