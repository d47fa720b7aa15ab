package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.model.Timing;
import io.lettuce.core.ScriptOutputType;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads all that a cell holds in Redis, in the form of {@link dev.counterfoil.ledger.model.TrialCell#contents}. */
final class CellContents {
    private static final Script READ = Script.of("""
            #!lua flags=no-writes
            local function value(key, kind)
              if kind == 'hash' then
                return redis.call('HGETALL', key)
              elseif kind == 'list' then
                return redis.call('LRANGE', key, 0, -1)
              elseif kind == 'stream' then
                return redis.call('XRANGE', key, '-', '+')
              elseif kind == 'zset' then
                return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
              elseif kind == 'string' then
                return { redis.call('GET', key) }
              end
              return { redis.call('DUMP', key) }
            end
            local values = {}
            for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
              local kind = redis.call('TYPE', key).ok
              values[#values + 1] = { key, kind, redis.call('PEXPIRETIME', key), value(key, kind) }
            end
            local time = redis.call('TIME')
            return { string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), values }
            """);

    private final Cell cell;
    private final Timing timing;
    private final SortedMap<String, String> texts = new TreeMap<>();
    private long nowMs;

    private CellContents(Cell cell, Timing timing) {
        this.cell = cell;
        this.timing = timing;
    }

    static SortedMap<String, String> read(RedisConnection redis, Cell cell, Timing timing, long controlledMs) {
        List<Object> reply = READ.<List<Object>>run(
                        redis,
                        ScriptOutputType.MULTI,
                        new byte[][] {RedisKeys.bytes(RedisKeys.meta(cell))},
                        RedisKeys.bytes(cell.tag() + ":*"))
                .toCompletableFuture()
                .join();
        CellContents contents = new CellContents(cell, timing);
        contents.nowMs = timing == Timing.CONTROLLED ? controlledMs : Long.parseLong(text(reply.get(0)));
        ((List<?>) reply.get(1)).forEach(value -> contents.add((List<?>) value));
        return contents.texts;
    }

    private void add(List<?> value) {
        String key = text(value.get(0)).substring(cell.tag().length() + 1);
        long expiresAtMs = (Long) value.get(2);
        List<?> parts = (List<?>) value.get(3);
        // What a gateway saw before a loss is a note of its own, and nothing of the cell.
        if (expiresAtMs >= 0 && expiresAtMs <= nowMs || key.equals("seen")) {
            return;
        }
        switch (text(value.get(1))) {
            case "hash" -> hash(key, parts, expiresAtMs);
            case "zset" -> texts.put(key, timing.holds(fields(parts)));
            case "list" ->
                texts.put(key, parts.stream().map(CellContents::text).toList().toString());
            case "stream" -> parts.forEach(entry -> entry((List<?>) entry));
            default -> texts.put(key, text(parts.get(0)) + expiry(key, expiresAtMs));
        }
    }

    private String expiry(String key, long expiresAtMs) {
        if (key.startsWith("idem:")) {
            return timing.lives(expiresAtMs - nowMs);
        }
        return expiresAtMs < 0 ? "" : " until " + expiresAtMs;
    }

    private void hash(String key, List<?> parts, long expiresAtMs) {
        SortedMap<String, String> fields = fields(parts);
        fields.remove("clock");
        texts.put(
                key,
                key.equals("meta")
                        ? "epoch " + fields.get("epoch") + ", sequence " + fields.get("seq") + ", catalog "
                                + fields.getOrDefault("catalog", "0")
                        : fields + (expiresAtMs < 0 ? "" : " until " + expiresAtMs));
    }

    private static SortedMap<String, String> fields(List<?> parts) {
        SortedMap<String, String> fields = new TreeMap<>();
        for (int i = 0; i < parts.size(); i += 2) {
            fields.put(text(parts.get(i)), text(parts.get(i + 1)));
        }
        return fields;
    }

    private void entry(List<?> entry) {
        String id = text(entry.get(0));
        List<?> fields = (List<?>) entry.get(1);
        long sequence = Long.parseLong(id.substring(0, id.indexOf('-')));
        for (int i = 0; i + 3 < fields.size(); i += 4, sequence++) {
            texts.put(
                    Timing.journalKey(sequence),
                    text(fields.get(i + 1)) + " " + timing.result(new JsonObject(text(fields.get(i + 3)))));
        }
    }

    private static String text(Object element) {
        return new String((byte[]) element, StandardCharsets.ISO_8859_1);
    }
}
