package dev.counterfoil.ledger.rates;

import java.util.concurrent.atomic.AtomicInteger;

/** A block of tokens of one window, and what was learnt with it. Thread-safe. */
final class Lease {
    /** Longer than the source's clock and ours may drift apart within a window; both are slewed by at most 500 ppm. */
    private static final long DRIFT_PARTS = 1_000;

    private static final long SLACK_NANOS = 1_000_000;

    /** Names the window. */
    final long windowEndMs;

    /** From here on a token might count in the next window. */
    private final long serveUntilNanos;

    /** When the window ends at the earliest. */
    private final long endNanos;

    /** Whether the window has no more than these. */
    private final boolean last;

    private final int granted;
    private final int leftToOthers;
    private final AtomicInteger tokens;

    private Lease(
            long windowEndMs,
            long serveUntilNanos,
            long endNanos,
            boolean last,
            int granted,
            int leftToOthers,
            int tokens) {
        this.windowEndMs = windowEndMs;
        this.serveUntilNanos = serveUntilNanos;
        this.endNanos = endNanos;
        this.last = last;
        this.granted = granted;
        this.leftToOthers = leftToOthers;
        this.tokens = new AtomicInteger(tokens);
    }

    /** Before anything was asked. */
    static Lease none(long nowNanos) {
        return new Lease(Long.MIN_VALUE, nowNanos, nowNanos, false, 0, 0, 0);
    }

    /**
     * What is held after an answer.
     *
     * @param sentNanos when it was asked for: the grant was made then or later, so that the window ends by our clock at {@code
     *     sentNanos + toEnd} or later
     * @param asked how many
     * @param served how many of those granted are given away already; all of them where they came too late
     */
    static Lease of(TokenSource.Grant grant, long sentNanos, int asked, int served) {
        return new Lease(
                grant.windowEndMs(),
                serveUntil(grant, sentNanos),
                end(grant, sentNanos),
                grant.tokens() < asked,
                grant.tokens(),
                grant.left(),
                grant.tokens() - served);
    }

    static long serveUntil(TokenSource.Grant grant, long sentNanos) {
        long toEnd = grant.toEndMicros() * 1_000;
        return sentNanos + toEnd - toEnd / DRIFT_PARTS - SLACK_NANOS;
    }

    private static long end(TokenSource.Grant grant, long sentNanos) {
        return sentNanos + grant.toEndMicros() * 1_000;
    }

    /** Takes a token unless there is none. Whether it still counts tells {@link #serves}, asked afterwards. */
    boolean take() {
        return tokens.get() > 0 && tokens.getAndDecrement() > 0;
    }

    boolean serves(long nowNanos) {
        return nowNanos - serveUntilNanos < 0;
    }

    /** Whether nobody can have a token now: the window has none and is not over. */
    boolean refuses(long nowNanos) {
        return last && nanosToOver(nowNanos) > 0;
    }

    /** Until asking again is likely to find the next window. */
    long nanosToOver(long nowNanos) {
        return endNanos + SLACK_NANOS - nowNanos;
    }

    long nanosToEnd(long nowNanos) {
        return endNanos - nowNanos;
    }

    int taken() {
        return granted - held();
    }

    /** What the window still has, here and for all, as far as is known here. */
    int left() {
        return leftToOthers + held();
    }

    private int held() {
        return Math.max(0, tokens.get());
    }
}
