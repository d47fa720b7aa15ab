package dev.counterfoil.gateway.settings;

import java.time.Duration;

/**
 * How card secrets are guarded against guessing. Every gateway has to have the same.
 *
 * @param failures different wrong secrets of one client that lock it out
 * @param numberFailures different wrong secrets with one card number that lock that number
 * @param window after which a count of them is forgotten
 * @param challengeBits work of a challenge: about 2^bits hashes
 * @param challengeLifetime how long a challenge may be answered
 */
public record GuardSettings(
        int failures, int numberFailures, Duration window, int challengeBits, Duration challengeLifetime) {
    public GuardSettings {
        Bounds.between("guard.failures", failures, 1, 20);
        Bounds.between("guard.number-failures", numberFailures, 1, 20);
        Bounds.between("guard.window", window, Duration.ofMinutes(1), Duration.ofDays(7));
        Bounds.between("guard.challenge-bits", challengeBits, 1, 32);
        Bounds.between("guard.challenge-lifetime", challengeLifetime, Duration.ofSeconds(30), Duration.ofMinutes(10));
    }

    public static GuardSettings defaults() {
        return new GuardSettings(10, 20, Duration.ofHours(24), 16, Duration.ofMinutes(3));
    }
}
