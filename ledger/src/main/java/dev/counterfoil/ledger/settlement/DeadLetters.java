package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.redis.JournalEntry;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The dead letters of a cell in PostgreSQL, through a handle whose transaction holds the cell's row. */
final class DeadLetters {
    private static final String ADD = """
            insert into dead_letter (cell, seq, data, result, reason, depends_on)
            select ?, * from unnest(?::bigint[], ?::bytea[], ?::bytea[], ?::text[], ?::bigint[])
            """;
    private static final String ADD_OBJECTS =
            "insert into dead_letter_object (cell, object, seq) select ?, * from unnest(?::text[], ?::bigint[])";

    private final Handle handle;
    private final int cell;

    /** @param cell the cell's id in PostgreSQL */
    DeadLetters(Handle handle, int cell) {
        this.handle = handle;
        this.cell = cell;
    }

    /** Which of {@code objects} dead letters move, each with the sequence of the first that does. */
    Map<String, Long> moving(Collection<String> objects) {
        Map<String, Long> moving = new HashMap<>();
        handle.createQuery("select object, min(seq) as seq from dead_letter_object"
                        + " where cell = :cell and object = any(:objects) group by object")
                .bind("cell", cell)
                .bindArray("objects", String.class, List.copyOf(objects))
                .map((row, context) -> Map.entry(row.getString("object"), row.getLong("seq")))
                .forEach(one -> moving.put(one.getKey(), one.getValue()));
        return moving;
    }

    /** At most {@code most} of those after {@code sequence}, in order. */
    List<JournalRecord> after(long sequence, int most) {
        return handle.createQuery("select seq, data, result from dead_letter"
                        + " where cell = :cell and seq > :seq order by seq limit :most")
                .bind("cell", cell)
                .bind("seq", sequence)
                .bind("most", most)
                .map((row, context) -> new JournalRecord(
                        row.getLong("seq"),
                        new JournalEntry.Text(text(row.getBytes("data")), text(row.getBytes("result")))))
                .list();
    }

    /** The one of that sequence, if there is one. */
    Optional<JournalEntry.Text> find(long sequence) {
        return handle.createQuery("select data, result from dead_letter where cell = :cell and seq = :seq")
                .bind("cell", cell)
                .bind("seq", sequence)
                .map((row, context) -> new JournalEntry.Text(text(row.getBytes("data")), text(row.getBytes("result"))))
                .findOne();
    }

    void add(List<DeadLetter> letters) throws SQLException {
        List<Long> sequences = new ArrayList<>();
        List<byte[]> data = new ArrayList<>();
        List<byte[]> results = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        List<@Nullable Long> causes = new ArrayList<>();
        List<String> objects = new ArrayList<>();
        List<Long> movedBy = new ArrayList<>();
        for (DeadLetter letter : letters) {
            sequences.add(letter.sequence());
            data.add(bytes(letter.record().data()));
            results.add(bytes(letter.record().result()));
            reasons.add(letter.reason());
            causes.add(letter.dependsOn());
            for (String object : letter.objects()) {
                objects.add(object);
                movedBy.add(letter.sequence());
            }
        }
        execute(
                ADD,
                array("bigint", sequences.toArray()),
                array("bytea", data.toArray(new byte[0][])),
                array("bytea", results.toArray(new byte[0][])),
                array("text", reasons.toArray()),
                array("bigint", causes.toArray()));
        execute(ADD_OBJECTS, array("text", objects.toArray()), array("bigint", movedBy.toArray()));
        count(letters.size());
    }

    /** Forgets those of these sequences. */
    void remove(List<JournalRecord> letters) throws SQLException {
        Array sequences =
                array("bigint", letters.stream().map(JournalRecord::sequence).toArray());
        execute("delete from dead_letter where cell = ? and seq = any(?)", sequences);
        execute("delete from dead_letter_object where cell = ? and seq = any(?)", sequences);
        count(-letters.size());
    }

    private void count(int more) {
        handle.execute("update cell set dead_letters = dead_letters + ? where id = ?", more, cell);
    }

    private void execute(String sql, Array... arrays) throws SQLException {
        try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
            statement.setInt(1, cell);
            for (int i = 0; i < arrays.length; i++) {
                statement.setArray(2 + i, arrays[i]);
            }
            int unused = statement.executeUpdate();
        }
    }

    private Array array(String type, @Nullable Object[] values) throws SQLException {
        return handle.getConnection().createArrayOf(type, values);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
