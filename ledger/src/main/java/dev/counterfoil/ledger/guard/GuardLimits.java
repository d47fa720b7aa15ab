package dev.counterfoil.ledger.guard;

import dev.counterfoil.ledger.Amounts;
import java.time.Duration;
import java.util.List;

/**
 * When failed attempts lock.
 *
 * @param failures different wrong secrets of one client or account that lock it, 1..20
 * @param numberFailures different wrong secrets with one card number that lock that number, 1..20
 * @param window after which a count is forgotten, from its first failure or the end of its last lock on
 */
public record GuardLimits(int failures, int numberFailures, Duration window) {
    /** How long the first, second, … lock lasts; the last for all that follow. */
    static final List<Duration> LOCKS = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(12),
            Duration.ofHours(24));

    /** Of a number no more than an hour: anybody who knows it may lock it. */
    static final List<Duration> NUMBER_LOCKS =
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofMinutes(30), Duration.ofHours(1));

    public GuardLimits {
        Amounts.within("failures", failures, 1, 20);
        Amounts.within("numberFailures", numberFailures, 1, 20);
        Amounts.within("window in ms", window.toMillis(), 1_000, 7 * 86_400_000L);
    }

    int most(Suspect.Kind kind) {
        return kind == Suspect.Kind.NUMBER ? numberFailures : failures;
    }

    List<Duration> locks(Suspect.Kind kind) {
        return kind == Suspect.Kind.NUMBER ? NUMBER_LOCKS : LOCKS;
    }
}
