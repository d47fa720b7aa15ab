package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads journals. An entry repeats its field names, once a transaction, so it is taken as the flat list that Redis sends
 * and not as a map.
 */
public final class Journal {
    private final RedisConnection redis;

    public Journal(RedisConnection redis) {
        this.redis = redis;
    }

    /** At most {@code count} entries, oldest first, of those whose first sequence is above {@code sequence}. */
    public Future<List<JournalEntry>> after(Cell cell, long sequence, int count) {
        return range(cell, CommandType.XRANGE, "(" + sequence + "-0", "+", count);
    }

    /**
     * The entry that holds {@code sequence}, or nothing when it has left the journal.
     *
     * <p>Backwards from a place below its first entry Redis reads a whole stream, which with a long journal keeps everybody
     * waiting for each old transaction that is asked for. So the first entry is looked at before.
     */
    public Future<Optional<JournalEntry>> holding(Cell cell, long sequence) {
        return range(cell, CommandType.XRANGE, "-", sequence + "-0", 1)
                .compose(first -> first.isEmpty() || sequence <= first.get(0).last()
                        ? Future.succeededFuture(first)
                        : range(cell, CommandType.XREVRANGE, sequence + "-0", "-", 1))
                .map(entries -> entries.stream()
                        .filter(entry -> sequence <= entry.last())
                        .findFirst());
    }

    private Future<List<JournalEntry>> range(Cell cell, CommandType command, String from, String to, int count) {
        byte[] journal = RedisKeys.bytes(RedisKeys.journal(cell));
        return redis.<List<Object>>call(
                        journal,
                        commands -> commands.dispatch(
                                command,
                                new NestedMultiOutput<>(ByteArrayCodec.INSTANCE),
                                new CommandArgs<>(ByteArrayCodec.INSTANCE)
                                        .addKey(journal)
                                        .add(from)
                                        .add(to)
                                        .add("COUNT")
                                        .add(count)))
                .map(reply -> reply.stream()
                        .map(entry -> entry(cell, (List<?>) entry))
                        .toList());
    }

    private static JournalEntry entry(Cell cell, List<?> element) {
        String id = RedisKeys.text((byte[]) element.get(0));
        List<?> fields = (List<?>) element.get(1);
        List<JournalEntry.Text> texts = new ArrayList<>(fields.size() / 4);
        for (int i = 0; i + 3 < fields.size(); i += 4) {
            texts.add(new JournalEntry.Text(
                    RedisKeys.text((byte[]) fields.get(i + 1)), RedisKeys.text((byte[]) fields.get(i + 3))));
        }
        return new JournalEntry(cell, Long.parseLong(id.substring(0, id.indexOf('-'))), texts);
    }
}
