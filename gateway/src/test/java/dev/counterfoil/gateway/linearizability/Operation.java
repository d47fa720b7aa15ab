package dev.counterfoil.gateway.linearizability;

import java.util.Locale;

/**
 * One call of a recorded history. It took effect at one moment between its two times; a call whose answer nobody knows took
 * effect at any moment after its first, or never.
 *
 * @param action what was asked and, where it is known, answered
 * @param invokedNanos by one clock for all of a history
 * @param answeredNanos {@link #NEVER} when the answer is not known
 */
public record Operation<A>(A action, long invokedNanos, long answeredNanos) {
    public static final long NEVER = Long.MAX_VALUE;

    public Operation {
        if (answeredNanos < invokedNanos) {
            throw new IllegalArgumentException(
                    "answered: " + answeredNanos + " (expected: " + invokedNanos + " or later)");
        }
    }

    public boolean answered() {
        return answeredNanos != NEVER;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s [%.3f..%s ms]",
                action,
                invokedNanos / 1e6,
                answered() ? String.format(Locale.ROOT, "%.3f", answeredNanos / 1e6) : "never");
    }
}
