package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Lets so many questions be under way at once; any more is 503 {@code overloaded} and is not asked. Thread-safe. */
final class AtMost {
    private final int most;
    private final AtomicInteger underWay = new AtomicInteger();

    AtMost(int most) {
        this.most = most;
    }

    /** The answer of {@code question}, or a {@link Rejection}. */
    <T> Future<T> ask(Supplier<Future<T>> question) {
        if (underWay.incrementAndGet() > most) {
            underWay.decrementAndGet();
            return Future.failedFuture(
                    new Rejection(Problem.of(ProblemCode.OVERLOADED).retryAfter(1)));
        }
        return Future.<Void>succeededFuture()
                // Also what is thrown ends a question.
                .compose(go -> question.get())
                .onComplete(answered -> underWay.decrementAndGet());
    }
}
