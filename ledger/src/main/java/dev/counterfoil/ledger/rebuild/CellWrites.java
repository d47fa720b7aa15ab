package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisKeys;
import dev.counterfoil.ledger.redis.Script;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Commands on a closed cell, gathered into calls of {@code rebuild_write.lua}. What is gathered and what is on its way are both
 * bounded, so that any number of rows passes through. One thread at a time; {@link #add} blocks while enough is on its way.
 */
final class CellWrites {
    private static final Script WRITE = Script.load("rebuild_write");

    /** Bounds what one call holds Redis up. */
    private static final int MOST_COMMANDS = 500;

    private static final int MOST_BYTES = 256 << 10;

    private final RedisConnection redis;
    private final Cell cell;
    private final byte[] epoch;
    private final int callsAtOnce;
    private final Deque<CompletionStage<Long>> onTheirWay = new ArrayDeque<>();
    private List<byte[]> keys = new ArrayList<>();
    private List<byte[]> args = new ArrayList<>();
    private int size;
    private long written;

    CellWrites(RedisConnection redis, Cell cell, long epoch, int callsAtOnce) {
        this.redis = redis;
        this.cell = cell;
        this.epoch = bytes(Long.toString(epoch));
        this.callsAtOnce = callsAtOnce;
    }

    /** Commands so far, also those that are only gathered. */
    long written() {
        return written;
    }

    /** @param more what follows the key, less than 2,000 */
    void add(byte[] key, byte[] command, List<byte[]> more) {
        if (keys.isEmpty()) {
            keys.add(bytes(RedisKeys.meta(cell)));
            args.add(epoch);
        }
        keys.add(key);
        args.add(bytes(Integer.toString(more.size())));
        args.add(command);
        args.addAll(more);
        size += key.length;
        for (byte[] each : more) {
            size += each.length;
        }
        written++;
        if (keys.size() > MOST_COMMANDS || size >= MOST_BYTES) {
            send();
        }
    }

    /** Sends what is gathered and returns when all was done. */
    void finish() {
        if (!keys.isEmpty()) {
            send();
        }
        while (!onTheirWay.isEmpty()) {
            awaitFirst();
        }
    }

    private void send() {
        if (onTheirWay.size() >= callsAtOnce) {
            awaitFirst();
        }
        onTheirWay.add(
                WRITE.run(redis, ScriptOutputType.INTEGER, keys.toArray(new byte[0][]), args.toArray(new byte[0][])));
        keys = new ArrayList<>(keys.size());
        args = new ArrayList<>(args.size());
        size = 0;
    }

    private void awaitFirst() {
        ClosedCell.requireOurs(ClosedCell.await(onTheirWay.remove()), cell);
    }
}
