package dev.counterfoil.ledger.settlement;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Keeps the counters of limits as the last transaction left them, so that a cell can be rebuilt with them. A dead letter that
 * is settled late puts none back.
 */
final class QuotasWriter {
    private static final String WRITE = """
            insert into quota (cell, key, used, expires_at, seq)
            select ?, now.key, now.used,
                   case when now.expires > 0 then to_timestamp(now.expires / 1000) + now.expires % 1000 * interval '1 ms' end,
                   now.seq
              from unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[]) as now (key, used, expires, seq)
            on conflict (cell, key) do update
               set used = case when excluded.seq > quota.seq then excluded.used else quota.used end,
                   expires_at = case when excluded.seq > quota.seq then excluded.expires_at else quota.expires_at end,
                   seq = greatest(excluded.seq, quota.seq)
            """;

    /** An hour late, since Redis' clock decides when a counter goes, and what is here must not go before. */
    private static final String FORGET = """
            delete from quota
             where ctid = any (array(select ctid from quota where expires_at < now() - interval '1 hour' limit ?))
            """;

    /** Bounds one statement. */
    private static final int MOST_FORGOTTEN = 5_000;

    private QuotasWriter() {}

    static void write(Connection connection, int cell, Map<String, FactRows.Quota> quotas) throws SQLException {
        if (quotas.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(WRITE)) {
            insert.setInt(1, cell);
            insert.setArray(2, connection.createArrayOf("text", quotas.keySet().toArray()));
            insert.setArray(3, numbers(connection, quotas.values(), FactRows.Quota::used));
            insert.setArray(4, numbers(connection, quotas.values(), FactRows.Quota::expiresAtMs));
            insert.setArray(5, numbers(connection, quotas.values(), FactRows.Quota::sequence));
            int written = insert.executeUpdate();
            if (written != quotas.size()) {
                throw JournalFault.unknownRows("counters", quotas.size(), written);
            }
        }
    }

    private static Array numbers(
            Connection connection, Collection<FactRows.Quota> quotas, Function<FactRows.Quota, Long> number)
            throws SQLException {
        return connection.createArrayOf("bigint", quotas.stream().map(number).toArray());
    }

    /** Lets go of some of the counters that have lapsed. */
    static void forgetLapsed(Handle handle) {
        handle.execute(FORGET, MOST_FORGOTTEN);
    }
}
