package dev.counterfoil.ledger.rebuild;

/** A rebuild that was not begun, or was given up so that nothing is lost by it: the message says why, and what is expected. */
public final class RebuildRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean elsewhere;

    RebuildRefused(String message) {
        this(message, false);
    }

    private RebuildRefused(String message, boolean elsewhere) {
        super(message, null, false, false);
        this.elsewhere = elsewhere;
    }

    /** Another rebuild of the cell is at it, or was there before. */
    static RebuildRefused elsewhere(String message) {
        return new RebuildRefused(message, true);
    }

    /** Whether another rebuild does, or did, what was asked for. */
    public boolean isElsewhere() {
        return elsewhere;
    }
}
