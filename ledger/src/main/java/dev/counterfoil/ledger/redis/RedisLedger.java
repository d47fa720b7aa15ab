package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Account;
import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.Followed;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.SettledTransactions;
import dev.counterfoil.ledger.Transaction;
import io.lettuce.core.ScriptOutputType;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The ledger on Redis: one script call a batch, one queue a cell. Thread-safe. */
public final class RedisLedger implements Ledger {
    private static final int FINGERPRINT = 16;

    private final RedisConnection redis;
    private final LedgerLimits limits;
    private final UnaryOperator<Durability> durability;
    private final ToLongFunction<Cell> epochs;
    private final SettledTransactions books;
    private final LedgerMetrics metrics;
    private final Consumer<Cell> posted;
    private final Script post;
    private final Script record;
    private final Script journaled;
    private final LookUps lookUps;
    private final Map<Cell, CellQueue> queues = new ConcurrentHashMap<>();

    /**
     * @param durability the level that a step reaches now of the one asked for, as last checked against the server's settings:
     *     accepted or durable; must not block
     * @param epochs the epoch in which a cell was opened, 0 for a cell that is not known
     * @param books where a transaction is looked up that has left the journal
     * @param posted told of every cell that something was posted to, on a thread of the connection; must not block
     */
    public RedisLedger(
            RedisConnection redis,
            LedgerLimits limits,
            UnaryOperator<Durability> durability,
            ToLongFunction<Cell> epochs,
            SettledTransactions books,
            LedgerMetrics metrics,
            Consumer<Cell> posted) {
        this(redis, limits, durability, epochs, books, metrics, posted, Script::load);
    }

    /** The same with other scripts than those shipped, by name: tests break them, or give them a clock. */
    RedisLedger(
            RedisConnection redis,
            LedgerLimits limits,
            UnaryOperator<Durability> durability,
            ToLongFunction<Cell> epochs,
            SettledTransactions books,
            LedgerMetrics metrics,
            Consumer<Cell> posted,
            Function<String, Script> scripts) {
        this.redis = redis;
        this.limits = limits;
        this.durability = durability;
        this.epochs = epochs;
        this.books = books;
        this.metrics = metrics;
        this.posted = posted;
        this.post = scripts.apply("post");
        this.record = scripts.apply("read_record");
        this.journaled = scripts.apply("read_transaction");
        this.lookUps = new LookUps(redis, epochs, this::queue, scripts);
        metrics.queues(this::waiting, this::lowestLimit);
    }

    /** Tells of a sequence that PostgreSQL holds: a Redis that has a shorter history is cold from now on. */
    public void atLeast(Cell cell, long sequence) {
        queue(cell).keptUpTo(sequence);
    }

    @Override
    public boolean busy(Cell cell) {
        CellQueue queue = queues.get(cell);
        return queue != null && queue.busy();
    }

    /** What waits, of all cells. */
    private long waiting() {
        return queues.values().stream().mapToLong(CellQueue::waiting).sum();
    }

    /** The limit of the cell that is let wait least. */
    private int lowestLimit() {
        return queues.values().stream().mapToInt(CellQueue::limit).min().orElse(0);
    }

    /** What an answer may say now. Of a server whose replica may be promoted and does not keep up, no more than accepted. */
    private Durability level(Transaction transaction) {
        Durability level = durability.apply(transaction.key().asked());
        return level == Durability.DURABLE && !redis.promised(transaction.cell()) ? Durability.ACCEPTED : level;
    }

    @Override
    public Future<Outcome> post(Transaction transaction) {
        long started = System.nanoTime();
        return begun(transaction, new PostCall(transaction, level(transaction)))
                .recover(fault -> earlier(transaction, fault))
                .onComplete(result -> metrics.answered(result, started))
                .compose(outcome -> awaited(transaction.key(), outcome));
    }

    @Override
    public Future<Outcome> look(Transaction transaction) {
        long started = System.nanoTime();
        return begun(transaction, PostCall.look(transaction))
                .recover(fault -> earlier(transaction, fault))
                .onComplete(result -> {
                    // What a look lets pass is posted, and counted there.
                    if (!passes(result.result())) {
                        metrics.answered(result, started);
                    }
                })
                .compose(outcome ->
                        passes(outcome) ? Future.succeededFuture(outcome) : awaited(transaction.key(), outcome));
    }

    private static boolean passes(@Nullable Outcome outcome) {
        return outcome instanceof Posted && !outcome.replayed();
    }

    /** Above the soft limit of its server nothing new is sent. */
    private Future<Outcome> begun(Transaction transaction, PostCall call) {
        return redis.tight(transaction.cell()) && transaction.type().begins()
                ? Future.failedFuture(new CellQueue.OutOfMemory())
                : sent(transaction, call);
    }

    private Future<Outcome> sent(Transaction transaction, PostCall call) {
        PendingPost pending = new PendingPost(call, transaction.key().deadline());
        queue(transaction.cell()).add(pending);
        return pending.future().compose(reply -> outcome(transaction.cell(), reply));
    }

    @Override
    public Future<Outcome> awaited(IdempotencyKey key, Outcome outcome) {
        if (!(outcome instanceof Posted)) {
            return Future.succeededFuture(outcome);
        }
        JournaledTransaction posted = ((Posted) outcome).transaction();
        boolean wanted = key.asked() == Durability.SETTLED || posted.wantsSettled();
        if (!wanted || posted.durability() == Durability.SETTLED) {
            return Future.succeededFuture(outcome);
        }
        return books.await(posted.cell(), posted.sequence())
                .map(settled -> settled ? new Posted(posted.asSettled(), outcome.replayed()) : outcome);
    }

    @Override
    public Future<Outcome> preview(Transaction transaction) {
        return sent(transaction, PostCall.preview(transaction));
    }

    /** Redis refuses scripts that write, but still reads: what was answered before is answered again. */
    private Future<Outcome> earlier(Transaction transaction, Throwable fault) {
        if (!(fault instanceof CellQueue.OutOfMemory)) {
            return Future.failedFuture(fault);
        }
        IdempotencyKey key = transaction.key();
        return recorded(transaction.cell(), key.record(), key.fingerprint())
                .compose(recorded ->
                        recorded.outcome().map(Future::succeededFuture).orElseGet(() -> Future.failedFuture(fault)));
    }

    private Future<Outcome> outcome(Cell cell, PendingPost.Reply reply) {
        switch (reply.status()) {
            case "posted":
                return Future.succeededFuture(new Posted(
                        new JournaledTransaction(
                                cell, Long.parseLong(reply.sequence()), reply.data(), new JsonObject(reply.payload())),
                        false));
            case "previewed":
                return Future.succeededFuture(new Posted(
                        new JournaledTransaction(cell, 0, reply.data(), new JsonObject(reply.payload())), false));
            case "replayed":
                return replayed(cell, Long.parseLong(reply.sequence()));
            case "refused":
                Refused refused = refused(reply.payload(), false);
                return refused.reason() == Refusal.JOURNAL_FULL
                        ? Future.failedFuture(new LedgerFault.Overloaded(
                                "the journal of cell " + cell + " is full: settlement has to catch up"))
                        : Future.succeededFuture(refused);
            case "repeated":
                return Future.succeededFuture(refused(reply.payload(), true));
            case "reused":
                return Future.succeededFuture(Refused.of(Refusal.IDEMPOTENCY_KEY_REUSED));
            default:
                return Future.failedFuture(new LedgerFault.Faulty(reply.payload()));
        }
    }

    private Future<Outcome> replayed(Cell cell, long sequence) {
        return transaction(cell, sequence)
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(new Posted(found.get(), true))
                        : Future.failedFuture(new LedgerFault.Unavailable(
                                "transaction " + sequence + " of cell " + cell + " is neither journaled nor settled")));
    }

    private static Refused refused(String payload, boolean replayed) {
        JsonArray fields = new JsonArray(payload);
        return new Refused(
                Refusal.of(fields.getInteger(0)),
                fields.getString(1),
                fields.getString(2),
                fields.getLong(3),
                fields.getLong(4),
                fields.getLong(5),
                replayed);
    }

    @Override
    public Future<Recorded> recorded(Cell cell, byte[] name, byte @Nullable [] fingerprint) {
        byte[][] keys = {RedisKeys.bytes(RedisKeys.meta(cell)), RedisKeys.idempotency(cell, name)};
        return lookUps.read(cell, record, keys).compose(reply -> {
            long catalogVersion = Long.parseLong(RedisKeys.text((byte[]) reply.get(0)));
            byte[] value = (byte[]) reply.get(1);
            long sequence = Long.parseLong(RedisKeys.text((byte[]) reply.get(2)));
            return outcome(cell, value, fingerprint).map(outcome -> new Recorded(outcome, catalogVersion, sequence));
        });
    }

    private Future<Optional<Outcome>> outcome(Cell cell, byte[] value, byte @Nullable [] fingerprint) {
        if (value.length <= FINGERPRINT) {
            return Future.succeededFuture(Optional.empty());
        }
        String answer = RedisKeys.text(Arrays.copyOfRange(value, FINGERPRINT + 1, value.length));
        if (fingerprint != null && !Arrays.equals(value, 0, FINGERPRINT, fingerprint, 0, FINGERPRINT)) {
            return Future.succeededFuture(Optional.of(Refused.of(Refusal.IDEMPOTENCY_KEY_REUSED)));
        } else if (value[FINGERPRINT] == 'P') {
            return replayed(cell, Long.parseLong(answer)).map(Optional::of);
        }
        return Future.succeededFuture(Optional.of(refused(answer, true)));
    }

    @Override
    public Future<Optional<JournaledTransaction>> transaction(Cell cell, long sequence) {
        byte[][] journal = {RedisKeys.bytes(RedisKeys.meta(cell)), RedisKeys.bytes(RedisKeys.journal(cell))};
        byte[][] wanted = {RedisKeys.bytes(Long.toString(sequence))};
        return redis.call(journaled.<List<Object>>run(redis, ScriptOutputType.MULTI, journal, wanted))
                .compose(texts -> texts.isEmpty()
                        ? settled(cell, sequence)
                        : kept(journaled(cell, sequence, texts)).map(one -> Optional.of(known(one))));
    }

    private static JournaledTransaction journaled(Cell cell, long sequence, List<Object> texts) {
        return new JournaledTransaction(
                cell,
                sequence,
                new JsonObject(RedisKeys.text((byte[]) texts.get(0))),
                new JsonObject(RedisKeys.text((byte[]) texts.get(1))));
    }

    /** Says settled of what was to be, once it is known to be so. */
    private JournaledTransaction known(JournaledTransaction transaction) {
        return transaction.wantsSettled() && books.holds(transaction.cell(), transaction.sequence())
                ? transaction.asSettled()
                : transaction;
    }

    /** Says durable of a transaction that this process did not see become so only once a replica has it. */
    private Future<JournaledTransaction> kept(JournaledTransaction transaction) {
        Cell cell = transaction.cell();
        boolean known = !redis.replaceable(cell)
                || transaction.sequence() <= queue(cell).kept()
                || transaction.durability() != Durability.DURABLE;
        return known
                ? Future.succeededFuture(transaction)
                // Not noted: the entry may be of a cell that was lost, and which is rebuilt without it.
                : redis.replicated(cell).map(done -> transaction);
    }

    private Future<Optional<JournaledTransaction>> settled(Cell cell, long sequence) {
        return books.find(cell, sequence)
                .recover(failure -> Future.failedFuture(new LedgerFault.Unavailable(
                        "transaction " + sequence + " of cell " + cell + " is settled, and the books cannot be read")));
    }

    @Override
    public Future<Optional<Card>> card(Cell cell, List<String> ids) {
        return lookUps.card(cell, ids);
    }

    @Override
    public Future<List<Optional<String>>> types(Cell cell, List<List<String>> candidates) {
        return lookUps.types(cell, candidates);
    }

    @Override
    public Future<Optional<Account>> account(Cell cell, String id) {
        return lookUps.account(cell, id);
    }

    @Override
    public Future<Followed> followed(Cell cell, long sequence) {
        return lookUps.followed(cell, sequence);
    }

    @Override
    public Future<DueHolds> dueHolds(Cell cell, int most) {
        return lookUps.dueHolds(cell, most);
    }

    @Override
    public Future<Instant> now(Cell cell) {
        return lookUps.now(cell);
    }

    private CellQueue queue(Cell cell) {
        return queues.computeIfAbsent(
                cell,
                unknown ->
                        new CellQueue(unknown, redis, post, limits, () -> epochs.applyAsLong(unknown), new Batches()));
    }

    private final class Batches implements CellQueue.BatchListener {
        @Override
        public void called(long oldestWaitedNanos, long calledNanos) {
            metrics.called(oldestWaitedNanos, calledNanos);
        }

        @Override
        public void posted(Cell cell, int transactions) {
            metrics.batch(transactions);
            posted.accept(cell);
        }
    }
}
