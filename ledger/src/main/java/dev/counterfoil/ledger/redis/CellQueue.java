package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Smart batching of one cell. While one call of the script is in flight, requests gather; when its answer is there, all
 * that gathered (up to the bounds) go as the next. There is no timer: a lone request goes at once, and under load the batch
 * grows by itself until the script, one fsync and one round trip are shared by all in it. Thread-safe.
 */
final class CellQueue {
    private static final Logger LOG = LoggerFactory.getLogger(CellQueue.class);
    private static final Script NOTE_SEEN = Script.load("note_seen");

    /** Bounds what one call of the script holds Redis up: transactions, the keys they write, and bytes of their arguments. */
    static final int MOST_TRANSACTIONS = 64;

    static final int MOST_KEYS = 1_024;

    static final long MOST_BYTES = 1 << 20;

    /** A call that waits, and who hears of its reply. Replies arrive on a thread of the connection. */
    interface Waiting {
        PostCall call();

        /** When it was put into the queue, as {@link System#nanoTime}. */
        long sinceNanos();

        /** Whether it may be sent now; where not, nobody waits for it any more. */
        boolean beginSending();

        /** Status, sequence or empty, payload: the three elements of post.lua's reply. */
        void reply(String status, String sequence, String payload);

        void fail(LedgerFault fault);
    }

    private final Cell cell;
    private final RedisConnection redis;
    private final Script post;
    private final LedgerLimits limits;
    private final LongSupplier epoch;
    private final BatchListener listener;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger length = new AtomicInteger();
    private final QueueLimit limit;
    private final AtomicBoolean inFlight = new AtomicBoolean();
    private final SeenSequences seen = new SeenSequences();

    /** Hears of every batch, on a thread of the connection. */
    interface BatchListener {
        /** It was answered, or failed. */
        void called(long oldestWaitedNanos, long calledNanos);

        /** The script ran. */
        void posted(Cell cell, int transactions);
    }

    CellQueue(
            Cell cell,
            RedisConnection redis,
            Script post,
            LedgerLimits limits,
            LongSupplier epoch,
            BatchListener listener) {
        this.cell = cell;
        this.redis = redis;
        this.post = post;
        this.limits = limits;
        this.limit = new QueueLimit(limits.queue(), limits.targetLatency().toNanos(), System.nanoTime());
        this.epoch = epoch;
        this.listener = listener;
    }

    /** The highest sequence of this cell that was seen acknowledged or settled. */
    long floor() {
        return seen.floor(epoch.getAsLong());
    }

    /** The highest sequence up to which everything is known to be on a replica, where there is one, or settled. */
    long kept() {
        return seen.kept(epoch.getAsLong());
    }

    /** Raises what is {@link #kept}, and with it the floor; never lowers it. */
    void keptUpTo(long sequence) {
        seen.raise(epoch.getAsLong(), sequence, sequence);
    }

    /** Says that the cell is cold, and notes in Redis what was seen of it, so that a rebuild can tell what is lost. */
    LedgerFault.Cold cold() {
        long now = epoch.getAsLong();
        long floor = seen.toBeNoted(now);
        if (floor > 0) {
            byte[][] keys = {RedisKeys.bytes(RedisKeys.meta(cell)), RedisKeys.bytes(RedisKeys.seen(cell))};
            var unused = NOTE_SEEN
                    .<Long>run(redis, ScriptOutputType.INTEGER, keys, number(now), number(floor))
                    .whenComplete((noted, failure) -> {
                        if (failure != null) {
                            seen.notNoted();
                        }
                    });
        }
        return new LedgerFault.Cold(cell);
    }

    /** Whether as many wait as get their turn within the target latency. */
    boolean busy() {
        return length.get() >= limit.current();
    }

    int waiting() {
        return length.get();
    }

    int limit() {
        return limit.current();
    }

    void add(Waiting one) {
        if (length.incrementAndGet() > limits.queue()) {
            length.decrementAndGet();
            one.fail(new LedgerFault.Overloaded("the queue of cell " + cell + " is full"));
            return;
        }
        waiting.add(one);
        pump();
    }

    private void pump() {
        while (!waiting.isEmpty() && inFlight.compareAndSet(false, true)) {
            List<Waiting> batch = take();
            if (!batch.isEmpty()) {
                send(batch);
                return;
            }
            inFlight.set(false);
        }
    }

    private List<Waiting> take() {
        List<Waiting> batch = new ArrayList<>(Math.min(MOST_TRANSACTIONS, length.get() + 1));
        long bytes = 0;
        int keys = 0;
        Waiting next = waiting.peek();
        while (next != null
                && batch.size() < MOST_TRANSACTIONS
                && (batch.isEmpty()
                        || (bytes + next.call().size() <= MOST_BYTES
                                && keys + next.call().keyCount() <= MOST_KEYS))) {
            waiting.remove();
            length.decrementAndGet();
            if (next.beginSending()) {
                batch.add(next);
                bytes += next.call().size();
                keys += next.call().keyCount();
            } else {
                next.fail(new LedgerFault.Overloaded("its turn in the queue of cell " + cell + " came too late"));
            }
            next = waiting.peek();
        }
        return batch;
    }

    private void send(List<Waiting> batch) {
        List<byte[]> keys = new ArrayList<>(2 + batch.size() * 6);
        List<byte[]> args = new ArrayList<>(1 + batch.size());
        keys.add(RedisKeys.bytes(RedisKeys.meta(cell)));
        keys.add(RedisKeys.bytes(RedisKeys.journal(cell)));
        long now = epoch.getAsLong();
        batch.forEach(one -> keys.addAll(one.call().wholes()));
        Packed packed = new Packed()
                .text(Long.toString(now))
                .number(seen.floor(now))
                .number(limits.journalEntries())
                .number(limits.postedRecord().toMillis())
                .number(limits.refusedRecord().toMillis())
                .number(keys.size() - 2);
        for (Waiting one : batch) {
            keys.addAll(one.call().keys());
            packed.append(one.call().packed());
        }
        args.add(packed.counted());
        batch.forEach(one -> args.add(one.call().journaled()));
        boolean replicated = redis.replaceable(cell)
                && batch.stream().anyMatch(one -> one.call().isDurable());
        long sent = System.nanoTime();
        run(replicated, keys.toArray(new byte[0][]), args.toArray(new byte[0][]))
                .whenComplete((reply, failure) -> {
                    // The next batch leaves before this one's answers are looked at, so Redis does not wait for them.
                    long answered = System.nanoTime();
                    try {
                        limit.answered(answered - batch.get(0).sinceNanos(), length.get(), answered);
                        raiseFloor(reply, replicated, now);
                    } finally {
                        inFlight.set(false);
                        pump();
                    }
                    listener.called(sent - batch.get(0).sinceNanos(), answered - sent);
                    if (failure != null) {
                        failAll(batch, fault(failure));
                    } else {
                        replies(batch, reply);
                    }
                });
    }

    private CompletionStage<List<Object>> run(boolean replicated, byte[][] keys, byte[][] args) {
        return replicated
                ? post.runReplicated(redis, ScriptOutputType.MULTI, keys, args)
                : post.run(redis, ScriptOutputType.MULTI, keys, args);
    }

    private void raiseFloor(@Nullable List<Object> reply, boolean replicated, long in) {
        if (reply == null) {
            return;
        }
        for (int i = reply.size() - 2; i > 0; i -= 3) {
            if ("posted".equals(text(reply.get(i - 1)))) {
                long sequence = Long.parseLong(text(reply.get(i)));
                seen.raise(in, sequence, replicated ? sequence : 0);
                return;
            }
        }
    }

    private void replies(List<Waiting> batch, List<Object> reply) {
        if (reply.size() != 1 + 3 * batch.size()) {
            failAll(batch, cold());
            return;
        }
        listener.posted(cell, batch.size());
        for (int i = 0; i < batch.size(); i++) {
            int at = 1 + 3 * i;
            batch.get(i).reply(text(reply.get(at)), text(reply.get(at + 1)), text(reply.get(at + 2)));
        }
    }

    private static void failAll(List<Waiting> batch, LedgerFault fault) {
        batch.forEach(one -> one.fail(fault));
    }

    private LedgerFault fault(Throwable thrown) {
        Throwable failure = Redirection.unwrapped(thrown);
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof LedgerFault) {
            return (LedgerFault) failure;
        } else if (RedisNode.notSent(failure)) {
            return new LedgerFault.Unavailable("Redis: " + message);
        } else if (failure instanceof RedisCommandExecutionException) {
            return serverError(message);
        }
        return new LedgerFault.OutcomeUnknown("Redis gave no answer");
    }

    /** What Redis says before a script runs leaves no doubt; what a running script raises does. */
    private LedgerFault serverError(String message) {
        String code = message.substring(0, message.indexOf(' ') < 0 ? message.length() : message.indexOf(' '));
        switch (code) {
            case "OOM":
                return new OutOfMemory();
            case "LOADING":
            case "READONLY":
            case "MISCONF":
            case "MASTERDOWN":
            case "CLUSTERDOWN":
            case "TRYAGAIN":
            case "MOVED":
            case "ASK":
            case "NOREPLICAS":
            case "BUSY":
            case "NOPERM":
                LOG.warn("redis refuses to post to cell {}: {}", cell, message);
                return new LedgerFault.Unavailable("Redis: " + code);
            default:
                if (Script.isFunctionUnknown(message)) {
                    return new LedgerFault.Unavailable("Redis forgets the script as soon as it is loaded");
                }
                LOG.error("post.lua failed on cell {}: {}", cell, message);
                return message.startsWith("ERR post:")
                        ? new LedgerFault.Faulty(message)
                        : new LedgerFault.OutcomeUnknown("the script failed");
        }
    }

    private static String text(Object element) {
        return element instanceof byte[] ? RedisKeys.text((byte[]) element) : String.valueOf(element);
    }

    private static byte[] number(long value) {
        return RedisKeys.bytes(Long.toString(value));
    }

    /** Redis has no memory for anything new: it refused the script before it ran, or was not asked. */
    static final class OutOfMemory extends LedgerFault.Overloaded {
        private static final long serialVersionUID = 1L;

        OutOfMemory() {
            super("Redis is out of memory");
        }
    }
}
