package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Deadline;
import dev.counterfoil.ledger.LedgerFault;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A transaction on its way: the reply arrives on a thread of the connection and is brought onto the caller's context. */
final class PendingPost implements CellQueue.Waiting {
    /** The script's reply for one transaction, with the data that was sent for it. */
    record Reply(String status, String sequence, String payload, JsonObject data) {}

    private final PostCall call;
    private final Deadline deadline;
    private final long sinceNanos = System.nanoTime();
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private final @Nullable Context context = Vertx.currentContext();

    /** @param deadline until when somebody waits for it */
    PendingPost(PostCall call, Deadline deadline) {
        this.call = call;
        this.deadline = deadline;
    }

    Future<Reply> future() {
        return context == null ? Future.fromCompletionStage(reply) : Future.fromCompletionStage(reply, context);
    }

    @Override
    public PostCall call() {
        return call;
    }

    @Override
    public long sinceNanos() {
        return sinceNanos;
    }

    @Override
    public boolean beginSending() {
        return deadline.beginSending();
    }

    @Override
    public void reply(String status, String sequence, String payload) {
        reply.complete(new Reply(status, sequence, payload, call.data()));
    }

    @Override
    public void fail(LedgerFault fault) {
        reply.completeExceptionally(fault);
    }
}
