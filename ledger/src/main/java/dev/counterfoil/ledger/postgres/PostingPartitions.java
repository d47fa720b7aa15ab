package dev.counterfoil.ledger.postgres;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The monthly partitions of {@code posting}. A row whose month has none cannot be written, so they are made ahead. */
public final class PostingPartitions {
    private PostingPartitions() {}

    /** Months (UTC) from {@code first} to {@code last}, both included: what {@link #ensure} takes. */
    public static List<YearMonth> months(Instant first, Instant last) {
        YearMonth from = month(first.toEpochMilli());
        YearMonth to = month(last.toEpochMilli());
        List<YearMonth> months = new ArrayList<>();
        for (YearMonth month = from; !month.isAfter(to); month = month.plusMonths(1)) {
            months.add(month);
        }
        return months;
    }

    /** The month (UTC) that holds a moment. */
    public static YearMonth month(long epochMs) {
        return YearMonth.from(Instant.ofEpochMilli(epochMs).atOffset(ZoneOffset.UTC));
    }

    /** Makes the partitions of {@code months} (UTC) that are missing. Cheap where they exist; safe to race. */
    public static void ensure(Handle handle, Iterable<YearMonth> months) {
        for (YearMonth month : months) {
            handle.execute(
                    "select ensure_posting_partition(?)",
                    month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC));
        }
    }
}
