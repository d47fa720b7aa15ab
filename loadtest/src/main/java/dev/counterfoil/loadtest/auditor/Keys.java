package dev.counterfoil.loadtest.auditor;

import dev.counterfoil.loadtest.auditor.RedisBooks.KeyRecord;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Idempotency keys: which transaction each posted, and what Redis remembers of it. */
final class Keys {
    private record Posted(long sequence, long atMs, String fingerprint) {}

    private final Report report;
    private final long nowMs;
    private final Map<String, Posted> latest = new HashMap<>();

    Keys(Report report, long nowMs) {
        this.report = report;
        this.nowMs = nowMs;
    }

    /** In the order of their sequence. */
    void posted(Recorded transaction) {
        Posted posted = new Posted(transaction.sequence(), transaction.atMs(), transaction.fingerprint());
        Posted before = latest.put(transaction.key(), posted);
        report.expect(
                Check.KEYS,
                before == null || posted.atMs() - before.atMs() >= Books.KEY_LIFETIME_MS,
                () -> "key " + transaction.key() + " posted sequences " + (before == null ? "" : before.sequence())
                        + " and " + posted.sequence());
    }

    void compare(Map<String, KeyRecord> records) {
        latest.forEach((key, posted) -> {
            if (remembered(posted) && !records.containsKey(key)) {
                report.expect(
                        Check.RECORDS,
                        false,
                        () -> "key " + key + " of sequence " + posted.sequence() + " is forgotten");
            }
        });
        records.forEach((key, found) -> {
            Posted posted = latest.get(key);
            report.expect(Check.RECORDS, agrees(found, posted), () -> "key " + key + ": " + found + ", " + posted);
        });
    }

    private boolean agrees(KeyRecord found, @Nullable Posted posted) {
        if (found.sequence() == 0) {
            return posted == null || !remembered(posted);
        }
        return posted != null
                && posted.sequence() == found.sequence()
                && posted.fingerprint().equals(found.fingerprint());
    }

    private boolean remembered(Posted posted) {
        return posted.atMs() + Books.KEY_LIFETIME_MS > nowMs;
    }
}
