package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.postgres.DatabaseUnavailable;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpClosedException;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where everything that failed ends: one problem+json answer, and a stack trace in the log only for our own defects. */
final class Failures implements Handler<RoutingContext> {
    /** Also the answer to what is no HTTP. */
    static final Problem MALFORMED =
            Problem.of(ProblemCode.INVALID_REQUEST, "the request line or a header is malformed");

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private final Arrival arrival;
    private final Cors cors;

    Failures(Arrival arrival, Cors cors) {
        this.arrival = arrival;
        this.cors = cors;
    }

    @Override
    public void handle(RoutingContext context) {
        handle(context, problem(call(context), context.failure(), context.statusCode()));
    }

    /** What the router itself refuses: it does not tell why. */
    void malformed(RoutingContext context) {
        handle(context, MALFORMED);
    }

    private void handle(RoutingContext context, Problem problem) {
        Call call = call(context);
        if (context.response().ended()) {
            // Given up at its deadline, and answered then.
            return;
        }
        if (context.response().headWritten()) {
            // A stream broke off: only a reset connection tells the caller that the end is missing.
            if (!context.response().closed()) {
                call.problem(problem);
                Answers.hangUp(context);
            }
            return;
        }
        if (call.keyOrNull() == null) {
            cors.withoutKey(context);
        }
        Answers.write(context, Answer.of(problem));
    }

    private Call call(RoutingContext context) {
        if (!Call.begun(context)) {
            boolean unused = arrival.begin(context);
        }
        return Call.of(context);
    }

    private static Problem problem(Call call, Throwable failure, int status) {
        if (failure instanceof Rejection rejection) {
            return rejection.problem();
        }
        if (failure instanceof InvalidField field) {
            return Problem.invalid(field.pointer(), field.detail());
        }
        if (failure instanceof LedgerFault fault) {
            return ledgerProblem(call, fault);
        }
        if (failure instanceof DatabaseUnavailable) {
            LOG.debug("request {}: {}", call.requestId(), failure.getMessage());
            return Problem.of(ProblemCode.LEDGER_UNAVAILABLE).retryAfter(1);
        }
        if (status == 404) {
            return Problem.of(ProblemCode.NOT_FOUND);
        }
        if (status == 400 || failure instanceof HttpException) {
            return MALFORMED;
        }
        if (isOfConnection(failure)) {
            // Most likely the caller's, who left while something was read from him or written to him. If it was
            // another's, he is still there, and it was not his fault.
            LOG.warn(
                    "request {} on {} failed: a connection is closed",
                    call.requestId(),
                    call.route().template());
            return Problem.of(ProblemCode.INTERNAL_ERROR);
        }
        LOG.error("request {} on {} failed", call.requestId(), call.route().template(), failure);
        return Problem.of(ProblemCode.INTERNAL_ERROR);
    }

    /** Netty tells of a connection that was reset with an exception of no class of its own. */
    private static boolean isOfConnection(Throwable failure) {
        return failure instanceof ClosedChannelException
                || failure instanceof HttpClosedException
                || failure instanceof SocketException
                || failure.getClass() == IOException.class;
    }

    /** Not logged above debug: in an outage each request would add a line to those of whoever noticed it. */
    private static Problem ledgerProblem(Call call, LedgerFault fault) {
        LOG.debug("request {}: {}", call.requestId(), fault.getMessage());
        if (fault instanceof LedgerFault.OutcomeUnknown && !call.changesNothing()) {
            return Problem.of(ProblemCode.OUTCOME_UNKNOWN).retryAfter(1);
        }
        if (fault instanceof LedgerFault.Unavailable || fault instanceof LedgerFault.OutcomeUnknown) {
            return Problem.of(ProblemCode.LEDGER_UNAVAILABLE).retryAfter(1);
        }
        if (fault instanceof LedgerFault.Cold) {
            return Problem.of(ProblemCode.LEDGER_COLD).retryAfter(5);
        }
        if (fault instanceof LedgerFault.Overloaded) {
            return Problem.of(ProblemCode.OVERLOADED).retryAfter(1);
        }
        LOG.error("request {} on {} failed", call.requestId(), call.route().template(), fault);
        return Problem.of(ProblemCode.INTERNAL_ERROR);
    }
}
