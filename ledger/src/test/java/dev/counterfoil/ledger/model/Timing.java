package dev.counterfoil.ledger.model;

import io.vertx.core.json.JsonObject;
import java.util.SortedMap;

/** Whose clock a trial goes by, and so what of its times can be compared. */
public enum Timing {
    /** The server's own clock: times of posting differ, and lifetimes are compared to ten minutes. */
    REAL,
    /** A clock that stands until it is moved, from the year 2100 on: every time is compared to the millisecond. */
    CONTROLLED;

    private static final long START_2100_MS = 4_102_444_800_000L;
    private static final long TEN_MINUTES_MS = 600_000;

    public long startMs() {
        return this == CONTROLLED ? START_2100_MS : System.currentTimeMillis();
    }

    /** How long a record still lives, as a text that two ledgers agree on. */
    public String lives(long ms) {
        return this == CONTROLLED
                ? " for " + ms + " ms"
                : " for " + Math.round((double) ms / TEN_MINUTES_MS) * 10 + " minutes";
    }

    /** The result of a transaction as far as two ledgers agree on it. */
    public String result(JsonObject result) {
        return this == CONTROLLED
                ? result.encode()
                : result.getJsonArray("legs").encode();
    }

    /** The open holds, sequence → deadline, as far as two ledgers agree on them. */
    public String holds(SortedMap<String, String> open) {
        return this == CONTROLLED ? open.toString() : open.keySet().toString();
    }

    /** The key of a journaled transaction in {@link TrialCell#contents}. */
    public static String journalKey(long sequence) {
        return String.format("journal:%06d", sequence);
    }
}
