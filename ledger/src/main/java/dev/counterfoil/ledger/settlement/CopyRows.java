package dev.counterfoil.ledger.settlement;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.PSQLException;

/**
 * Rows in PostgreSQL's binary COPY format, built up in memory and sent in one go. Binary, because JSON in the text format
 * would have to be escaped byte by byte.
 */
final class CopyRows {
    private static final byte[] HEADER = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final int HEADER_FLAGS = 8;
    private static final long EPOCH_2000_MS = 946_684_800_000L;

    private final String sql;
    private final int columns;
    private ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private int rows;

    /** Rows for {@code table (column, …)}. */
    CopyRows(String table, String... columns) {
        this.sql = "copy " + table + " (" + String.join(", ", columns) + ") from stdin (format binary)";
        this.columns = columns.length;
        buffer.put(HEADER).put(new byte[HEADER_FLAGS]);
    }

    /** Begins a row; a value for each column follows. */
    @CanIgnoreReturnValue
    CopyRows row() {
        rows++;
        room(Short.BYTES).putShort((short) columns);
        return this;
    }

    @CanIgnoreReturnValue
    CopyRows int2(int value) {
        room(Integer.BYTES + Short.BYTES).putInt(Short.BYTES).putShort((short) value);
        return this;
    }

    @CanIgnoreReturnValue
    CopyRows int4(int value) {
        room(2 * Integer.BYTES).putInt(Integer.BYTES).putInt(value);
        return this;
    }

    @CanIgnoreReturnValue
    CopyRows int8(long value) {
        room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(value);
        return this;
    }

    /** A {@code timestamptz}. */
    @CanIgnoreReturnValue
    CopyRows time(long epochMs) {
        return int8((epochMs - EPOCH_2000_MS) * 1000);
    }

    /** A {@code timestamptz}, null for 0. */
    @CanIgnoreReturnValue
    CopyRows timeOrNull(long epochMs) {
        return epochMs == 0 ? nothing() : time(epochMs);
    }

    /** A {@code text}, {@code char(1)} or {@code json}. */
    @CanIgnoreReturnValue
    CopyRows text(@Nullable String value) {
        return value == null ? nothing() : bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A {@code bytea}. */
    @CanIgnoreReturnValue
    CopyRows bytes(byte[] value) {
        room(Integer.BYTES + value.length).putInt(value.length).put(value);
        return this;
    }

    /**
     * Sends the rows, if there are any.
     *
     * @throws SQLException when PostgreSQL refuses them, or does not answer in time: then the connection is closed
     */
    void send(Connection connection) throws SQLException {
        if (rows == 0) {
            return;
        }
        room(Short.BYTES).putShort((short) -1);
        long written = 0;
        boolean answered = false;
        try {
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
            copy.writeToCopy(buffer.array(), 0, buffer.position());
            written = copy.endCopy();
            answered = true;
        } catch (PSQLException refused) {
            answered = refused.getServerErrorMessage() != null;
            throw refused;
        } finally {
            if (!answered) {
                // Neither the driver nor the pool, which does not see COPY, would do it, and an answer that came late
                // would be read as that of the rollback, its answer as that of the next question, and so on.
                connection.abort(Runnable::run);
            }
        }
        if (written != rows) {
            throw new SQLException("COPY wrote " + written + " rows (expected: " + rows + ")");
        }
    }

    private CopyRows nothing() {
        room(Integer.BYTES).putInt(-1);
        return this;
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int size = Math.max(2 * buffer.capacity(), buffer.position() + bytes);
            int position = buffer.position();
            buffer = ByteBuffer.wrap(Arrays.copyOf(buffer.array(), size));
            buffer.position(position);
        }
        return buffer;
    }
}
