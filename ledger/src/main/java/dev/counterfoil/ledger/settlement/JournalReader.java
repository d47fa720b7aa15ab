package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.redis.Journal;
import dev.counterfoil.ledger.redis.JournalEntry;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.Script;
import io.lettuce.core.ScriptOutputType;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads a cell's journal as the dense run of transactions that it has to be. Blocks its thread; every failure of Redis is
 * {@link LedgerFault.Unavailable}.
 */
final class JournalReader {
    /** Bounds one answer of Redis, and with it how long other commands wait. */
    private static final int ENTRIES_A_READ = 128;

    private static final int MOST_CHARACTERS = 16 << 20;
    private static final long ANSWER_SECONDS = 30;
    private static final byte[] SEQUENCE = RedisKeys.bytes("seq");

    private final RedisConnection redis;
    private final Journal journal;
    private final Script trim = Script.load("trim_journal");

    JournalReader(RedisConnection redis) {
        this.redis = redis;
        this.journal = new Journal(redis);
    }

    /** The cell's sequence, or nothing when the cell is cold. */
    OptionalLong sequence(Cell cell) {
        return await(sequenceLater(cell));
    }

    /** The same without waiting, to ask for many cells in one go. */
    Future<OptionalLong> sequenceLater(Cell cell) {
        byte[] meta = RedisKeys.bytes(RedisKeys.meta(cell));
        return redis.<byte[]>call(meta, commands -> commands.hget(meta, SEQUENCE))
                .map(value ->
                        value == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(RedisKeys.text(value))));
    }

    /**
     * The transactions after {@code sequence}, without gaps: whole entries until {@code most} transactions or 16 million
     * characters are passed. Empty at the end of the journal.
     *
     * @throws JournalFault if the next sequence is missing although later ones exist, or one stands twice
     */
    List<JournalRecord> after(Cell cell, long sequence, int most) {
        List<JournalRecord> records = new ArrayList<>();
        long next = sequence + 1;
        long characters = 0;
        boolean more = true;
        while (more && records.size() < most && characters < MOST_CHARACTERS) {
            List<JournalEntry> entries = await(journal.after(cell, next - 1, ENTRIES_A_READ));
            more = entries.size() == ENTRIES_A_READ;
            for (JournalEntry entry : records.isEmpty() ? fromInside(cell, next, entries) : entries) {
                next = append(cell, entry, next, records);
                characters += (long) entry.texts().size()
                        * records.get(records.size() - 1).characters();
                if (records.size() >= most || characters >= MOST_CHARACTERS) {
                    break;
                }
            }
        }
        return records;
    }

    /**
     * Returns once a replica has all that was read of the cell, where there is one that may be promoted: what is settled must
     * not be lost with the server that it was read from.
     */
    void awaitReplica(Cell cell) {
        Void unused = await(redis.replicated(cell));
    }

    /** The transaction of one sequence, if the journal still holds it. */
    Optional<JournalRecord> at(Cell cell, long sequence) {
        return await(journal.holding(cell, sequence)).map(entry -> record(entry, sequence));
    }

    /**
     * Lets go of the entries that end below {@code sequence}. Redis drops whole nodes of a stream only, so some may stay; the
     * entry that holds {@code sequence} always does.
     */
    void trimBelow(Cell cell, long sequence) {
        Optional<JournalEntry> keep = sequence <= 1 ? Optional.empty() : await(journal.holding(cell, sequence));
        if (keep.isPresent()) {
            byte[][] keys = {RedisKeys.bytes(RedisKeys.meta(cell)), RedisKeys.bytes(RedisKeys.journal(cell))};
            byte[] first = RedisKeys.bytes(Long.toString(keep.get().first()));
            long dropped = await(redis.call(trim.<Long>run(redis, ScriptOutputType.INTEGER, keys, first)));
        }
    }

    /** Waits for an answer. */
    static <T> T await(Future<T> answer) {
        try {
            return answer.toCompletionStage().toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException) {
                throw (RuntimeException) e.getCause();
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new LedgerFault.Unavailable("Redis: no answer within " + ANSWER_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerFault.Unavailable("Redis: interrupted while waiting");
        }
    }

    /** Puts the entry in front that began before {@code next} and holds it, if there is such a one. */
    private List<JournalEntry> fromInside(Cell cell, long next, List<JournalEntry> entries) {
        if (!entries.isEmpty() && entries.get(0).first() == next) {
            return entries;
        }
        List<JournalEntry> all = new ArrayList<>();
        await(journal.holding(cell, next)).ifPresent(all::add);
        all.addAll(entries);
        return all;
    }

    /** Adds the transactions of {@code entry} from {@code next} on and returns the sequence that has to follow. */
    private static long append(Cell cell, JournalEntry entry, long next, List<JournalRecord> records) {
        if (entry.texts().isEmpty()) {
            throw JournalFault.malformed(entry.first(), "an entry of the journal of " + cell + " is empty", null);
        }
        if (entry.first() > next) {
            throw JournalFault.gap(cell, next, entry.first());
        }
        if (entry.last() < next || entry.first() < next && !records.isEmpty()) {
            throw JournalFault.repeated(cell, entry.first());
        }
        for (long sequence = next; sequence <= entry.last(); sequence++) {
            records.add(record(entry, sequence));
        }
        return entry.last() + 1;
    }

    private static JournalRecord record(JournalEntry entry, long sequence) {
        return new JournalRecord(sequence, entry.texts().get(Math.toIntExact(sequence - entry.first())));
    }
}
