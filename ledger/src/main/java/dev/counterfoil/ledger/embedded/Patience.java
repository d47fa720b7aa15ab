package dev.counterfoil.ledger.embedded;

import java.time.Duration;

/** A bounded wait in short steps for a server to become ready. */
final class Patience {
    private static final Duration STEP = Duration.ofMillis(20);

    private final Duration total;
    private final long endNanos;

    Patience(Duration total) {
        this.total = total;
        this.endNanos = System.nanoTime() + total.toNanos();
    }

    Duration total() {
        return total;
    }

    boolean isOver() {
        return System.nanoTime() - endNanos >= 0;
    }

    /** Sleeps one step; false, at once, when the wait is over. */
    boolean pause() {
        if (isOver()) {
            return false;
        }
        try {
            Thread.sleep(STEP.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
