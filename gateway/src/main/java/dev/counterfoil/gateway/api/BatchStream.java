package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.issuing.Batch;
import dev.counterfoil.ledger.issuing.BatchClosed;
import dev.counterfoil.ledger.issuing.BatchMaker;
import dev.counterfoil.ledger.issuing.MadeCard;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One batch on its way to its issuer. The next step is made only when the connection has taken the one before, so that a
 * slow reader holds up the making and not the memory.
 */
final class BatchStream {
    private static final Logger LOG = LoggerFactory.getLogger(BatchStream.class);
    private static final String BATCH = "Counterfoil-Batch";
    private static final int WRITE_QUEUE_BYTES = 256 * 1024;

    private final BatchMaker maker;
    private final Batch batch;
    private final BatchLines lines;
    private final RoutingContext context;
    private final HttpServerResponse response;
    private final Supplier<Future<Void>> admitted;
    private final MessageDigest digest = sha256();
    private boolean gone;
    private Promise<Void> room = Promise.promise();
    private Durability reached = Durability.SETTLED;

    /** @param admitted asked before each step: fails where whoever asked for the batch may have no more of it */
    BatchStream(
            BatchMaker maker, Batch batch, BatchLines lines, RoutingContext context, Supplier<Future<Void>> admitted) {
        this.maker = maker;
        this.context = context;
        this.admitted = admitted;
        this.batch = batch;
        this.lines = lines;
        this.response = context.response();
    }

    /**
     * Completes when the end line was taken. Fails when the caller left, may have no more, or the making failed; the batch is noted as
     * cut.
     */
    Future<Void> run() {
        response.setStatusCode(201)
                .putHeader("Content-Type", lines.contentType())
                .putHeader("Cache-Control", "no-store")
                .putHeader(BATCH, batch.id())
                .setChunked(true)
                .setWriteQueueMaxSize(WRITE_QUEUE_BYTES)
                .drainHandler(drained -> room.tryComplete());
        int unused = context.addEndHandler(ended -> leave());
        // Who left before that was not heard of.
        gone = response.closed();
        return step(0).recover(failure -> cut(failure));
    }

    private Future<Void> step(int from) {
        if (gone) {
            return Future.failedFuture(new CallerLeft());
        } else if (from == batch.count()) {
            return end();
        }
        return admitted.get().compose(may -> maker.make(batch, from)).compose(made -> {
            reached = reached.and(made.durability());
            // Until the first cards are there, a refusal can still be answered as one.
            return send((from == 0 ? lines.head() : "") + text(made.cards()))
                    .compose(sent -> step(from + made.cards().size()));
        });
    }

    private String text(List<MadeCard> cards) {
        StringBuilder text = new StringBuilder(cards.size() * 100);
        cards.forEach(card -> text.append(lines.card(card)));
        return text.toString();
    }

    private Future<Void> end() {
        String sha256 = HexFormat.of().formatHex(digest.digest());
        return maker.delivered(batch, sha256)
                .compose(noted -> response.end(lines.end(batch.id(), batch.count(), sha256, reached))
                        // Nothing but a connection that is closed refuses it.
                        .recover(closed -> Future.failedFuture(new CallerLeft())));
    }

    private Future<Void> send(String text) {
        if (text.isEmpty()) {
            return Future.succeededFuture();
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(bytes);
        room = Promise.promise();
        response.write(Buffer.buffer(bytes)).onFailure(closed -> leave());
        return response.writeQueueFull() ? room.future() : Future.succeededFuture();
    }

    /** Nobody is there any more, or has all of it. */
    private void leave() {
        gone = true;
        boolean waited = room.tryFail(new CallerLeft());
    }

    private Future<Void> cut(Throwable failure) {
        boolean keyReused = failure instanceof BatchClosed && ((BatchClosed) failure).keyReused();
        Optional<Refused> overCeiling =
                failure instanceof BatchClosed ? ((BatchClosed) failure).overCeiling() : Optional.empty();
        boolean notPosted = failure instanceof LedgerFault && !(failure instanceof LedgerFault.OutcomeUnknown);
        boolean refused = failure instanceof Rejection || keyReused || overCeiling.isPresent();
        boolean nothingMade = !response.headWritten() && (refused || notPosted);
        if (nothingMade) {
            response.headers().remove(BATCH);
        } else {
            LOG.warn("batch {} was cut: {}", batch.id(), failure.toString());
        }
        return (nothingMade ? maker.abandon(batch) : maker.cut(batch)).transform(noted -> {
            if (failure instanceof CallerLeft) {
                return Future.succeededFuture();
            }
            if (overCeiling.isPresent()) {
                return Future.failedFuture(new Rejection(Refusals.problem(overCeiling.get())));
            }
            if (failure instanceof BatchClosed) {
                return Future.failedFuture(new Rejection(
                        keyReused
                                ? Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED)
                                : Problem.of(ProblemCode.BATCH_ALREADY_DELIVERED, "voided meanwhile")));
            }
            return Future.failedFuture(failure);
        });
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The caller closed the connection before the end line. */
    private static final class CallerLeft extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CallerLeft() {
            super("the caller left", null, false, false);
        }
    }
}
