package dev.counterfoil.ledger;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Until when somebody waits for what is done under a key. Two sides meet in it: the ledger, right before it sends, and whoever
 * keeps the time, once it has run out. So it is known for sure whether anything was sent for a request that is given up.
 * Thread-safe.
 */
public final class Deadline {
    /** Never passes. */
    public static final Deadline NONE = new Deadline();

    private static final int NOTHING_SENT = 0;
    private static final int SENT = 1;
    private static final int PASSED = 2;

    private final AtomicInteger state = new AtomicInteger(NOTHING_SENT);

    /** By the ledger, right before it sends: false where it is too late, and nothing may be sent any more. */
    public boolean beginSending() {
        return this == NONE || state.get() == SENT || state.compareAndSet(NOTHING_SENT, SENT);
    }

    /**
     * By whoever keeps the time: it has run out. True where nothing was sent before; nothing will be from now on. {@link #NONE}
     * has nobody who keeps its time.
     */
    public boolean pass() {
        if (this == NONE) {
            throw new IllegalStateException("NONE never passes");
        }
        return state.getAndSet(PASSED) != SENT;
    }
}
