package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;
import static dev.counterfoil.ledger.redis.RedisKeys.text;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.RedisServer;
import dev.counterfoil.ledger.redis.Script;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/**
 * A cell in Redis that one rebuild has closed. Each method does nothing and throws {@link RebuildRefused} where a later rebuild
 * has closed it since. Blocks its thread; every failure of Redis is {@link LedgerFault.Unavailable}.
 */
final class ClosedCell {
    private static final Script READ = Script.load("read_cell");
    private static final Script CLOSE = Script.load("rebuild_close");
    private static final Script KEEP = Script.load("rebuild_keep");
    private static final Script OPEN = Script.load("rebuild_open");
    private static final byte[] UNLINK = bytes("UNLINK");
    private static final int SCAN_COUNT = 1_000;
    private static final int CALLS_AT_ONCE = 8;
    private static final long ANSWER_SECONDS = 30;

    private final RedisConnection redis;
    private final Cell cell;
    private final long epoch;

    private ClosedCell(RedisConnection redis, Cell cell, long epoch) {
        this.redis = redis;
        this.cell = cell;
        this.epoch = epoch;
    }

    /**
     * What there is of a cell.
     *
     * @param epoch 0 where it has none
     * @param sequence −1 where it has none
     * @param closedBy epoch of the rebuild that has closed it, 0 for none
     * @param journal {@code missing}, {@code fine} or {@code beyond} its sequence
     * @param journaled last sequence in the journal, 0 where that is empty
     * @param seen highest sequence that a gateway saw acknowledged and missed, 0 for none
     * @param nowMs Redis' clock
     */
    record InRedis(long epoch, long sequence, long closedBy, String journal, long journaled, long seen, long nowMs) {
        /** Whether Redis has anything that a cell has. */
        boolean anything() {
            return epoch > 0 || sequence >= 0 || closedBy > 0 || journaled > 0;
        }
    }

    static InRedis read(RedisConnection redis, Cell cell) {
        byte[][] keys = keys(RedisKeys.meta(cell), RedisKeys.journal(cell), RedisKeys.seen(cell));
        List<byte[]> reply = await(READ.run(redis, ScriptOutputType.MULTI, keys));
        return new InRedis(
                number(reply.get(0), 0),
                number(reply.get(1), -1),
                number(reply.get(2), 0),
                text(reply.get(3)),
                number(reply.get(4), 0),
                number(reply.get(5), 0),
                number(reply.get(6), 0));
    }

    /** Closes it for the rebuild of that epoch. */
    static ClosedCell close(RedisConnection redis, Cell cell, long epoch) {
        ClosedCell closed = new ClosedCell(redis, cell, epoch);
        closed.run(CLOSE, keys(RedisKeys.meta(cell)));
        return closed;
    }

    /** Puts the journal aside under {@link RedisKeys#lost}. */
    void keepJournal() {
        run(KEEP, keys(RedisKeys.meta(cell), RedisKeys.journal(cell), RedisKeys.lost(cell, epoch)));
    }

    /** Takes away all that is left of it; told how many keys so far. Walks through all keys of every server. */
    void wipe(LongConsumer progress) {
        CellWrites writes = writes();
        redis.servers().forEach(server -> wipe(server, writes, progress));
        writes.finish();
    }

    private void wipe(RedisServer server, CellWrites writes, LongConsumer progress) {
        String kept = cell.tag() + ":lost:";
        List<String> own = List.of(RedisKeys.meta(cell), RedisKeys.seen(cell));
        ScanArgs args = ScanArgs.Builder.matches(cell.tag() + ":*").limit(SCAN_COUNT);
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            ScanCursor from = cursor;
            KeyScanCursor<byte[]> page = await(server.dispatch(commands -> commands.scan(from, args)));
            for (byte[] key : page.getKeys()) {
                String name = text(key);
                if (!own.contains(name) && !name.startsWith(kept)) {
                    writes.add(key, UNLINK, List.of());
                }
            }
            progress.accept(writes.written());
            cursor = page;
        } while (!cursor.isFinished());
    }

    /** Writes to it, several calls on their way at once: what has an order goes by {@link #writesInOrder}. */
    CellWrites writes() {
        return new CellWrites(redis, cell, epoch, CALLS_AT_ONCE);
    }

    /** Writes to it, each call once the one before was answered. */
    CellWrites writesInOrder() {
        return new CellWrites(redis, cell, epoch, 1);
    }

    /** Opens it; when this returns, a replica has it too where one may be promoted. */
    void open(long sequence, long catalogVersion) {
        run(
                OPEN,
                keys(RedisKeys.meta(cell), RedisKeys.journal(cell), RedisKeys.seen(cell)),
                bytes(Long.toString(sequence)),
                bytes(Long.toString(catalogVersion)));
        Void replicated = await(redis.replicated(cell).toCompletionStage());
    }

    private void run(Script script, byte[][] keys, byte[]... more) {
        byte[][] args = new byte[1 + more.length][];
        args[0] = bytes(Long.toString(epoch));
        System.arraycopy(more, 0, args, 1, more.length);
        requireOurs(await(script.<Long>run(redis, ScriptOutputType.INTEGER, keys, args)), cell);
    }

    static void requireOurs(long answer, Cell cell) {
        if (answer != 1) {
            throw RebuildRefused.elsewhere("another rebuild of cell " + cell + " took over: that one goes on");
        }
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new LedgerFault.Unavailable("Redis: " + (e.getCause() == null ? e : e.getCause()).getMessage());
        } catch (TimeoutException e) {
            throw new LedgerFault.Unavailable("Redis: no answer within " + ANSWER_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerFault.Unavailable("Redis: interrupted while waiting");
        }
    }

    private static byte[][] keys(String... names) {
        byte[][] keys = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            keys[i] = bytes(names[i]);
        }
        return keys;
    }

    private static long number(byte[] text, long otherwise) {
        return text.length == 0 ? otherwise : Long.parseLong(text(text));
    }
}
