package dev.counterfoil.ledger.model;

/** A time that stands until it is moved. */
public final class ControlledClock {
    private volatile long nowMs;

    public ControlledClock(long nowMs) {
        this.nowMs = nowMs;
    }

    public long nowMs() {
        return nowMs;
    }

    public void moveTo(long toMs) {
        nowMs = toMs;
    }
}
