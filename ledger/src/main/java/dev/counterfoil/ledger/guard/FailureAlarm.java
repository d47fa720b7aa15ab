package dev.counterfoil.ledger.guard;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys and programs are never locked; what fails with them is told in the log, once a minute at most. Thread-safe. */
final class FailureAlarm {
    private static final Logger LOG = LoggerFactory.getLogger(FailureAlarm.class);
    private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Failures in a minute that are worth a line. */
    private static final int MANY = 60;

    /** Keys and programs that are told apart. */
    private static final int MOST = 1_000;

    private final LongSupplier nanoTime;

    // Guarded by this.
    private final Map<String, Integer> failures = new HashMap<>();
    private long sinceNanos;
    private boolean told;

    FailureAlarm(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.sinceNanos = nanoTime.getAsLong();
    }

    synchronized void failed(String key, String program) {
        if (nanoTime.getAsLong() - sinceNanos > PERIOD_NANOS) {
            failures.clear();
            told = false;
            sinceNanos = nanoTime.getAsLong();
        }
        String which = "key " + key + " in program " + program;
        if (failures.size() >= MOST && !failures.containsKey(which)) {
            return;
        }
        if (failures.merge(which, 1, Integer::sum) >= MANY && !told) {
            told = true;
            LOG.warn("{}: {} failed attempts within a minute, somebody may be guessing", which, MANY);
        }
    }

    void spent(String program, long count) {
        LOG.warn(
                "program {}: {} failed attempts with publishable keys today; from now on they have to solve challenges",
                program,
                count);
    }
}
