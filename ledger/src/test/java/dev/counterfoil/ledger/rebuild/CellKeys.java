package dev.counterfoil.ledger.rebuild;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.redis.RedisConnection;
import dev.counterfoil.ledger.redis.RedisServer;
import dev.counterfoil.ledger.testing.Ledgers;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Every key of a cell with its value and, of those that lapse, when. What a rebuild makes anew or not at all is left out. */
final class CellKeys {
    private static final int MORE_THAN_A_TEST_HAS = 1_000_000;

    private CellKeys() {}

    /**
     * By name, without the hash tag. Left out are the cell's own state, its journal, refusals that were pinned, and the version
     * and epoch in the catalog; a record's end is told to the second.
     */
    static SortedMap<String, String> read(RedisConnection redis, Cell cell) {
        SortedMap<String, String> values = new TreeMap<>();
        ScanArgs all = ScanArgs.Builder.matches(cell.tag() + ":*").limit(MORE_THAN_A_TEST_HAS);
        for (RedisServer server : redis.servers()) {
            server.dispatch(commands -> commands.scan(ScanCursor.INITIAL, all))
                    .toCompletableFuture()
                    .join()
                    .getKeys()
                    .forEach(key -> put(redis, cell, key, values));
        }
        return values;
    }

    private static void put(RedisConnection redis, Cell cell, byte[] key, SortedMap<String, String> values) {
        String name = text(key).substring(cell.tag().length() + 1);
        String value = value(redis, key);
        boolean left = name.equals("meta")
                || name.equals("journal")
                || name.startsWith("lost:")
                || name.startsWith("idem:") && value.charAt(16) == 'R';
        if (!left) {
            values.put(name, value + lapse(redis, key, name.startsWith("idem:") ? 1_000 : 1));
        }
    }

    private static String lapse(RedisConnection redis, byte[] key, int unit) {
        long at = Ledgers.await(redis.call(key, commands -> commands.pexpiretime(key)));
        return at < 0 ? "" : " until " + (at + unit / 2) / unit;
    }

    private static String value(RedisConnection redis, byte[] key) {
        String kind = Ledgers.await(redis.call(key, commands -> commands.type(key)));
        return switch (kind) {
            case "hash" -> hash(Ledgers.await(redis.call(key, commands -> commands.hgetall(key))));
            case "list" ->
                Ledgers.await(redis.call(key, commands -> commands.lrange(key, 0, -1))).stream()
                        .map(CellKeys::text)
                        .toList()
                        .toString();
            case "zset" ->
                Ledgers.await(redis.call(key, commands -> commands.zrangeWithScores(key, 0, -1))).stream()
                        .map(one -> text(one.getValue()) + "=" + (long) one.getScore())
                        .toList()
                        .toString();
            case "string" -> text(Ledgers.await(redis.call(key, commands -> commands.get(key))));
            default -> kind;
        };
    }

    private static String hash(Map<byte[], byte[]> fields) {
        return fields.entrySet().stream()
                .map(field -> text(field.getKey()) + "="
                        + text(field.getValue()).replaceAll("\"(epoch|version)\":\\d+", "\"$1\":…"))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Names of keys, for counts of what a test needs. */
    static List<String> kinds(SortedMap<String, String> values) {
        return values.keySet().stream()
                .map(name -> name.substring(0, (name + ":").indexOf(':')))
                .distinct()
                .toList();
    }
}
