package dev.counterfoil.ledger.rates;

import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.rates.TokenSource.Grant;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One limit in one gateway. Tokens are leased in blocks and served from memory; whoever finds none waits for the next block,
 * which is asked for once at a time. Thread-safe.
 *
 * <p><b>Why no window is ever overrun.</b> The source gives away at most the quota in a window of its own clock. A grant was
 * made after its call was sent; so by our clock its window ends no earlier than {@code sent + toEnd}. A token is served only
 * when, after it was taken, our clock still shows less than that, less a margin for drift. What is left then is dropped, a
 * call whose answer is lost counts as spent: the ceiling is never exceeded, and missed by at most a block.
 *
 * <p><b>How much is asked for.</b> One token for each that waits, and beyond it what this gateway needed in this window or the
 * one before, at most a tenth of the quota. So a quiet gateway holds next to nothing that another could use, and a quota below
 * ten is handed out one by one.
 */
public final class RateLimit {
    /** Requests that may wait for a block; past it they are refused as overload. */
    static final int MOST_WAITING = 10_000;

    /** Beyond those that wait, a block holds at most this part of the quota. */
    private static final int MOST_SPARE_PARTS = 10;

    /** Answers in a row that came after their window had ended, after which Redis counts as away. */
    private static final int MOST_LATE = 3;

    /** What is known about a request without asking the source. */
    public enum Verdict {
        ADMITTED,
        REFUSED,
        UNKNOWN
    }

    private final String name;
    private final Rate rate;
    private final TokenSource source;
    private final LongSupplier nanoTime;
    private final Later later;
    private volatile Lease lease;

    // The rest is guarded by this.
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    private boolean asking;
    private int late;

    /** Taken in the lease's window before it, and in the window before that. */
    private int takenBefore;

    private int takenInLastWindow;

    RateLimit(String name, Rate rate, TokenSource source, LongSupplier nanoTime, Later later) {
        this.name = name;
        this.rate = rate;
        this.source = source;
        this.nanoTime = nanoTime;
        this.later = later;
        this.lease = Lease.none(nanoTime.getAsLong());
    }

    /** Runs a task once, {@code delayMs} (1 or more) from now. */
    @FunctionalInterface
    public interface Later {
        void run(long delayMs, Runnable task);
    }

    public Rate rate() {
        return rate;
    }

    /** Takes a token that is here. Never blocks and waits for nothing; after {@code UNKNOWN} ask {@link #take}. */
    public Verdict poll() {
        Lease held = lease;
        long now = nanoTime.getAsLong();
        // The clock is read again after a token was taken: the thread may have slept in between.
        if (held.serves(now) && held.take() && held.serves(nanoTime.getAsLong())) {
            return Verdict.ADMITTED;
        }
        return held.refuses(now) ? Verdict.REFUSED : Verdict.UNKNOWN;
    }

    /**
     * Takes a token, from the source if need be: true when there was one. Fails with {@link LedgerFault.Unavailable} when the
     * source does not answer in time, with {@link LedgerFault.Overloaded} when too many wait. Completes on the caller's Vert.x
     * context, if there is one.
     */
    public Future<Boolean> take() {
        Waiter waiter;
        int wanted;
        synchronized (this) {
            Verdict known = poll();
            if (known != Verdict.UNKNOWN) {
                return Future.succeededFuture(known == Verdict.ADMITTED);
            }
            if (waiting.size() >= MOST_WAITING) {
                return Future.failedFuture(new LedgerFault.Overloaded("too many wait for the rate limit " + name));
            }
            waiter = new Waiter();
            waiting.add(waiter);
            if (asking) {
                return waiter.answer.future();
            }
            asking = true;
            wanted = wanted();
        }
        ask(wanted);
        return waiter.answer.future();
    }

    /** What the window still has, as far as is known here: an estimate for callers. */
    public int left() {
        return lease.left();
    }

    /** Whole seconds to the end of the window, rounded up; at least 1. */
    public long secondsToEnd() {
        long nanos = lease.nanosToEnd(nanoTime.getAsLong());
        return Math.max(1, (nanos + TimeUnit.SECONDS.toNanos(1) - 1) / TimeUnit.SECONDS.toNanos(1));
    }

    /** Whether nothing would be lost with it: nobody waits, and what it knows is of a window long over. */
    synchronized boolean isIdle() {
        return waiting.isEmpty() && !asking && !recent();
    }

    /** Whether it is known without asking that the window has no more. */
    boolean isRefusing() {
        return lease.refuses(nanoTime.getAsLong());
    }

    private void ask(int wanted) {
        long sent = nanoTime.getAsLong();
        source.lease(name, rate, wanted).onComplete(answer -> answered(wanted, sent, answer));
    }

    private void answered(int asked, long sentNanos, AsyncResult<Grant> answer) {
        Turn turn = new Turn();
        synchronized (this) {
            if (answer.succeeded()) {
                take(answer.result(), asked, sentNanos, turn);
            } else {
                turn.end(waiting, waiter -> waiter.fail(answer.cause()));
            }
            asking = turn.again;
        }
        turn.ends.forEach(Runnable::run);
        if (turn.again) {
            if (turn.delayMs == 0) {
                ask(turn.wanted);
            } else {
                later.run(turn.delayMs, this::askAgain);
            }
        }
    }

    private void askAgain() {
        int wanted;
        synchronized (this) {
            wanted = wanted();
        }
        ask(wanted);
    }

    private void take(Grant grant, int asked, long sentNanos, Turn turn) {
        count(grant.windowEndMs());
        long received = nanoTime.getAsLong();
        boolean inTime = received - Lease.serveUntil(grant, sentNanos) < 0;
        int served = inTime ? Math.min(grant.tokens(), waiting.size()) : grant.tokens();
        for (int i = 0; inTime && i < served; i++) {
            Waiter first = waiting.remove();
            turn.ends.add(() -> first.complete(true));
        }
        Lease next = Lease.of(grant, sentNanos, asked, served);
        lease = next;
        late = inTime ? 0 : late + 1;
        if (waiting.isEmpty()) {
            return;
        }
        if (next.refuses(received)) {
            turn.end(waiting, waiter -> waiter.complete(false));
        } else if (late >= MOST_LATE) {
            late = 0;
            turn.end(
                    waiting,
                    waiter ->
                            waiter.fail(new LedgerFault.Unavailable("Redis answers slower than a window of " + name)));
        } else {
            // More came meanwhile; or the window is as good as over, and the next has to be waited for.
            turn.again = true;
            turn.delayMs = inTime ? 0 : Math.max(0, next.nanosToOver(received) + 999_999) / 1_000_000;
            turn.wanted = wanted();
        }
    }

    /** Before the lease is replaced by one of the window that ends at {@code windowEndMs}. */
    private void count(long windowEndMs) {
        int taken = takenBefore + lease.taken();
        if (windowEndMs == lease.windowEndMs) {
            takenBefore = taken;
        } else {
            takenInLastWindow = windowEndMs - rate.windowMs() == lease.windowEndMs ? taken : 0;
            takenBefore = 0;
        }
    }

    private int wanted() {
        int taken = takenBefore + lease.taken();
        boolean over = lease.nanosToEnd(nanoTime.getAsLong()) <= 0;
        int need = over ? (recent() ? taken : 0) : Math.max(takenInLastWindow, taken);
        int spare = Math.min(rate.quota() / MOST_SPARE_PARTS, need);
        return Math.min(rate.quota(), waiting.size() + spare);
    }

    /** Whether the lease's window is this one or the one before. */
    private boolean recent() {
        return lease.nanosToOver(nanoTime.getAsLong()) > -rate.windowNanos();
    }

    /** What an answer leads to, done after the lock is released. */
    private static final class Turn {
        private final List<Runnable> ends = new ArrayList<>();
        private boolean again;
        private long delayMs;
        private int wanted;

        void end(ArrayDeque<Waiter> waiting, Consumer<Waiter> how) {
            for (Waiter waiter = waiting.poll(); waiter != null; waiter = waiting.poll()) {
                Waiter next = waiter;
                ends.add(() -> how.accept(next));
            }
        }
    }

    private static final class Waiter {
        private final @Nullable Context context = Vertx.currentContext();
        private final Promise<Boolean> answer = Promise.promise();

        void complete(boolean admitted) {
            onContext(() -> answer.complete(admitted));
        }

        void fail(Throwable cause) {
            onContext(() -> answer.fail(cause));
        }

        private void onContext(Runnable task) {
            if (context == null) {
                task.run();
            } else {
                context.runOnContext(ignored -> task.run());
            }
        }
    }
}
