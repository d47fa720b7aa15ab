package dev.counterfoil.ledger.guard;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The counts that all gateways share. Every future fails with {@code Unavailable}, whatever went wrong. Thread-safe. */
public interface FailureCounts {
    /**
     * Counts a secret against a suspect, once.
     *
     * @param secret 8 bytes of its keyed hash
     * @param most counted failures that lock
     * @param window after which the count lapses
     * @param locks how long each lock lasts
     */
    Future<Count> count(String suspect, byte[] secret, int most, Duration window, List<Duration> locks);

    /** One more failure of a program's day, an ISO date; how many there are now. */
    Future<Long> countOfDay(String program, String day);

    /** Lets every gateway know of a lock. */
    Future<Void> tell(String suspect, Duration lasts);

    /** The locks told after the entry {@code after}, null for all; at most so many that another call may find more. */
    Future<List<Told>> told(@Nullable String after);

    /** Marks a text as used, for so long; false where it was already. */
    Future<Boolean> useOnce(String text, Duration lasts);

    /** One more look-up of a card that is not active yet; {@code card} is its id in the ledger. */
    Future<Void> countInactiveLookup(String program, String card);

    /** How often each of these cards was looked up while it was not active yet, in their order. */
    Future<List<Long>> inactiveLookups(String program, List<String> cards);

    /**
     * What came of counting.
     *
     * @param counted false where that secret was counted before
     * @param lockedMs for how long the suspect is locked from now on, 0 for not
     * @param locks whether this failure locked it
     */
    record Count(boolean counted, long lockedMs, boolean locks) {}

    /**
     * A lock.
     *
     * @param entry what to ask after for those that follow
     * @param leftMs for how long it still lasts; 0 or less: it is over
     */
    record Told(String entry, String suspect, long leftMs) {}
}
