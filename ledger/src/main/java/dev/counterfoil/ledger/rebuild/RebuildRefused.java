package dev.counterfoil.ledger.rebuild;

/** A rebuild that was not begun, or was given up so that nothing is lost by it: the message says why, and what is expected. */
public final class RebuildRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean elsewhere;
    private final boolean waits;

    RebuildRefused(String message) {
        this(message, false, false);
    }

    private RebuildRefused(String message, boolean elsewhere, boolean waits) {
        super(message, null, false, false);
        this.elsewhere = elsewhere;
        this.waits = waits;
    }

    /** Another rebuild of the cell is at it, or was there before. */
    static RebuildRefused elsewhere(String message) {
        return new RebuildRefused(message, true, false);
    }

    /** Something has to be mended first; then a rebuild is right. */
    static RebuildRefused until(String message) {
        return new RebuildRefused(message, false, true);
    }

    /** Whether it may succeed later without anybody asking again. */
    boolean waits() {
        return waits;
    }

    /** Whether another rebuild does, or did, what was asked for. */
    public boolean isElsewhere() {
        return elsewhere;
    }
}
