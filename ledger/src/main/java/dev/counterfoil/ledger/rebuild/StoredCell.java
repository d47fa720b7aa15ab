package dev.counterfoil.ledger.rebuild;

import static dev.counterfoil.ledger.redis.RedisKeys.bytes;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Progress;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.redis.RedisKeys;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Restores a cell from the books. Rows stream through a cursor, so memory does not grow with the cell; the caller's transaction
 * holds the cell's row, so that nothing of it is settled meanwhile. Times of the books are those of Redis' clock.
 */
final class StoredCell {
    private static final int ROWS_A_FETCH = 5_000;
    private static final int FIELDS_A_COMMAND = 200;
    private static final int CODES_A_COMMAND = 500;
    private static final int MEMBERS_A_COMMAND = 500;
    private static final int ROWS_A_REPORT = 10_000;

    private static final byte[] HSET = bytes("HSET");
    private static final byte[] SET = bytes("SET");
    private static final byte[] RPUSH = bytes("RPUSH");
    private static final byte[] ZADD = bytes("ZADD");
    private static final byte[] PXAT = bytes("PXAT");
    private static final byte[] PEXPIREAT = bytes("PEXPIREAT");

    private final Handle handle;
    private final int id;
    private final Cell cell;
    private final ClosedCell closed;
    private final Progress progress;

    /** @param id of the cell in PostgreSQL */
    StoredCell(Handle handle, int id, Cell cell, ClosedCell closed, Progress progress) {
        this.handle = handle;
        this.id = id;
        this.cell = cell;
        this.closed = closed;
        this.progress = progress;
    }

    /**
     * Restores everything but the catalog.
     *
     * @param nowMs Redis' clock
     * @param recorded how long the answer of a posted transaction is repeated
     */
    Rebuilt.Counts restore(long nowMs, Duration recorded) {
        CellWrites writes = closed.writes();
        long cards = cards(writes);
        long accounts = accounts(writes);
        long items = items(writes);
        long quotas = quotas(writes, nowMs);
        long holds = holds(writes);
        long followed = followed(writes, nowMs);
        long records = records(writes, nowMs, recorded);
        writes.finish();
        return new Rebuilt.Counts(cards, accounts, items, codes(), quotas, holds, followed, records);
    }

    /** Restores the catalog and returns its version. */
    long catalog() {
        CatalogPublisher.PublishedCatalog catalog = CatalogPublisher.whole(handle, cell.program());
        CellWrites writes = closed.writes();
        byte[] key = bytes(RedisKeys.catalog(cell));
        Iterator<Map.Entry<String, JsonObject>> fields =
                catalog.fields().entrySet().iterator();
        while (fields.hasNext()) {
            List<byte[]> some = new ArrayList<>();
            while (fields.hasNext() && some.size() < 2 * FIELDS_A_COMMAND) {
                Map.Entry<String, JsonObject> field = fields.next();
                put(some, field.getKey(), field.getValue().encode());
            }
            writes.add(key, HSET, some);
        }
        writes.finish();
        return catalog.version();
    }

    private long cards(CellWrites writes) {
        long all = handle.createQuery("select count(*) from card where cell = :cell")
                .bind("cell", id)
                .mapTo(Long.class)
                .one();
        return each("cards", all, "select *, " + ms("expires_at") + " from card where cell = :cell", row -> {
            List<byte[]> fields = new ArrayList<>(16);
            put(fields, "b", row.getString("balance"));
            put(fields, "t", row.getString("card_type") + ":" + row.getString("asset"));
            put(fields, "c", row.getString("api_id"));
            put(fields, "n", row.getString("number"));
            String state = row.getString("state");
            put(fields, "s", state.equals("a") ? null : state);
            put(fields, "x", row.getString("expires_at_ms"));
            put(fields, "h", positive(row.getString("held")));
            put(fields, "o", row.getString("owner"));
            writes.add(bytes(RedisKeys.card(cell, row.getString("id"))), HSET, fields);
        });
    }

    private long accounts(CellWrites writes) {
        long accounts = each("accounts", 0, "select * from account where cell = :cell", row -> {
            List<byte[]> fields = new ArrayList<>();
            put(fields, "f", row.getBoolean("frozen") ? "1" : null);
            put(fields, "v", row.getBoolean("verified") ? "1" : null);
            for (Map.Entry<String, Object> attribute : new JsonObject(row.getString("attributes"))) {
                put(fields, "a:" + attribute.getKey(), String.valueOf(attribute.getValue()));
            }
            if (!fields.isEmpty()) {
                writes.add(bytes(RedisKeys.account(cell, row.getString("id"))), HSET, fields);
            }
        });
        long balances = each("balances", 0, "select * from account_balance where cell = :cell", row -> {
            List<byte[]> fields = new ArrayList<>(6);
            String asset = row.getString("asset");
            put(fields, "b:" + asset, row.getString("balance"));
            put(fields, "h:" + asset, positive(row.getString("held")));
            put(fields, "l:" + asset, row.getString("lots"));
            writes.add(bytes(RedisKeys.account(cell, row.getString("account"))), HSET, fields);
        });
        progress.at(cell + " balances", balances, balances);
        return accounts;
    }

    private long items(CellWrites writes) {
        Query query = handle.createQuery("select sku, units from item where program = :program and units > 0")
                .bind("program", cell.program());
        return each("items", 0, query, row -> {
            List<byte[]> fields = new ArrayList<>(2);
            put(fields, "u", row.getString("units"));
            writes.add(bytes(RedisKeys.item(cell, row.getString("sku"))), HSET, fields);
        });
    }

    /** In the order in which they were put into their pools; what has no place yet came last. */
    private long codes() {
        CellWrites writes = closed.writesInOrder();
        List<byte[]> some = new ArrayList<>();
        String[] sku = {""};
        Query query = handle.createQuery(
                        "select id, sku, sealed from code where program = :program and state = 'available'"
                                + " order by sku, pooled, id")
                .bind("program", cell.program());
        long codes = each("codes", 0, query, row -> {
            if (some.size() == CODES_A_COMMAND || !sku[0].equals(row.getString("sku"))) {
                push(writes, sku[0], some);
                sku[0] = row.getString("sku");
            }
            some.add(bytes(row.getString("id") + ":" + row.getString("sealed")));
        });
        push(writes, sku[0], some);
        writes.finish();
        return codes;
    }

    private void push(CellWrites writes, String sku, List<byte[]> codes) {
        if (!codes.isEmpty()) {
            writes.add(bytes(RedisKeys.codes(cell, sku)), RPUSH, codes);
            codes.clear();
        }
    }

    private long quotas(CellWrites writes, long nowMs) {
        String sql = "select key, used, " + ms("expires_at") + " from quota where cell = :cell";
        long[] live = {0};
        long read = each("quotas", 0, sql, row -> {
            String expires = row.getString("expires_at_ms");
            if (expires == null || Long.parseLong(expires) > nowMs) {
                byte[] key = bytes(RedisKeys.quota(cell, row.getString("key")));
                writes.add(key, SET, text(bytes(row.getString("used")), expires));
                live[0]++;
            }
        });
        return Math.min(read, live[0]);
    }

    private long holds(CellWrites writes) {
        List<byte[]> some = new ArrayList<>();
        byte[] key = bytes(RedisKeys.holds(cell));
        String sql = "select seq, " + ms("deadline") + " from afterwards where cell = :cell and status = 'held'";
        long holds = each("holds", 0, sql, row -> {
            put(some, row.getString("deadline_ms"), row.getString("seq"));
            if (some.size() == 2 * MEMBERS_A_COMMAND) {
                writes.add(key, ZADD, List.copyOf(some));
                some.clear();
            }
        });
        if (!some.isEmpty()) {
            writes.add(key, ZADD, some);
        }
        return holds;
    }

    private long followed(CellWrites writes, long nowMs) {
        Query query = handle.createQuery("select seq, state, returned::text, " + ms("counted_until")
                        + " from afterwards where cell = :cell and counted_until > " + TIME)
                .bind("cell", id)
                .bind("ms", nowMs);
        return each("counts of what was given back", 0, query, row -> {
            List<byte[]> fields = new ArrayList<>();
            put(fields, "s", row.getString("state"));
            for (Map.Entry<String, Object> part : new JsonObject(row.getString("returned"))) {
                put(fields, "r:" + part.getKey(), String.valueOf(part.getValue()));
            }
            byte[] key = bytes(RedisKeys.followed(cell, row.getLong("seq")));
            writes.add(key, HSET, fields);
            writes.add(key, PEXPIREAT, List.of(bytes(row.getString("counted_until_ms"))));
        });
    }

    /** The later of two transactions under one key, where there are two, comes later and so stays. */
    private long records(CellWrites writes, long nowMs, Duration recorded) {
        Query query = handle.createQuery("select seq, idem, fingerprint, " + ms("at")
                        + " from transactions where cell = :cell and at > " + TIME + " order by at, seq")
                .bind("cell", id)
                .bind("ms", nowMs - recorded.toMillis());
        return each("keys", 0, query, row -> {
            byte[] fingerprint = row.getBytes("fingerprint");
            byte[] answer = bytes("P" + row.getString("seq"));
            byte[] record = new byte[fingerprint.length + answer.length];
            System.arraycopy(fingerprint, 0, record, 0, fingerprint.length);
            System.arraycopy(answer, 0, record, fingerprint.length, answer.length);
            String expires = Long.toString(row.getLong("at_ms") + recorded.toMillis());
            writes.add(RedisKeys.idempotency(cell, row.getBytes("idem")), SET, text(record, expires));
        });
    }

    /** What follows the key of a text; {@code expiresAtMs} null for never. */
    private static List<byte[]> text(byte[] value, @Nullable String expiresAtMs) {
        return expiresAtMs == null ? List.of(value) : List.of(value, PXAT, bytes(expiresAtMs));
    }

    private static void put(List<byte[]> fields, String name, @Nullable String value) {
        if (value != null) {
            fields.add(bytes(name));
            fields.add(bytes(value));
        }
    }

    private static @Nullable String positive(String number) {
        return number.equals("0") ? null : number;
    }

    /** A moment in ms, exactly. */
    private static String ms(String column) {
        return "(extract(epoch from " + column + ") * 1000)::bigint as " + column + "_ms";
    }

    private static final String TIME = "to_timestamp(:ms / 1000) + :ms % 1000 * interval '1 ms'";

    private interface EachRow {
        void take(ResultSet row) throws SQLException;
    }

    private long each(String what, long all, String sql, EachRow each) {
        return each(what, all, handle.createQuery(sql).bind("cell", id), each);
    }

    private long each(String what, long all, Query query, EachRow each) {
        long rows = 0;
        query.setFetchSize(ROWS_A_FETCH);
        try (ResultIterator<Boolean> found = query.map((row, context) -> {
                    each.take(row);
                    return true;
                })
                .iterator()) {
            while (found.hasNext()) {
                rows += found.next() ? 1 : 0;
                if (rows % ROWS_A_REPORT == 0) {
                    progress.at(cell + " " + what, rows, all);
                }
            }
        }
        progress.at(cell + " " + what, rows, rows);
        return rows;
    }
}
