package dev.counterfoil.ledger.guard;

import dev.counterfoil.ledger.guard.FailureCounts.Count;
import dev.counterfoil.ledger.secrets.GuessHash;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps guessers of card secrets out, and nobody else. What failed is counted in Redis, in the answer's time, so that the counts are
 * exact over all gateways; what succeeds costs nothing, for who is locked is known from memory: each gateway reads every
 * {@link #REFRESH} the locks that others told, and learns of one at the latest from the suspect's next failure. Thread-safe.
 */
public final class GuessingGuard {
    /** How long a lock that another gateway found may stay unknown here. */
    public static final Duration REFRESH = Duration.ofMillis(500);

    /** As long as an id of a card in the ledger, and never one. */
    public static final String NO_CARD = ".".repeat(22);

    private final FailureCounts counts;
    private final GuessHash hash;
    private final GuardLimits limits;
    private final Challenges challenges;
    private final GuardMetrics metrics;
    private final FailureAlarm alarm;
    private final Clock clock;
    private final Locks locks;
    private volatile @Nullable String lastTold;

    public GuessingGuard(
            FailureCounts counts,
            GuessHash hash,
            GuardLimits limits,
            Challenges challenges,
            GuardMetrics metrics,
            Clock clock,
            LongSupplier nanoTime) {
        this.counts = counts;
        this.hash = hash;
        this.limits = limits;
        this.challenges = challenges;
        this.metrics = metrics;
        this.alarm = new FailureAlarm(nanoTime);
        this.clock = clock;
        this.locks = new Locks(nanoTime);
    }

    /**
     * How many failed attempts a program takes from publishable keys a day, before they have to solve challenges.
     *
     * @param zone in which its days run
     */
    public record Budget(String program, ZoneId zone, long failuresADay) {}

    /**
     * A secret that was presented and is not a card's, or that tells of a card nothing but that it cannot be redeemed.
     *
     * @param secret 8 bytes of its keyed hash
     * @param number the suspect that its number is, null where none was presented
     */
    public record Wrong(byte[] secret, @Nullable Suspect number) {}

    /**
     * A failed attempt.
     *
     * @param key id of the key
     * @param inPublic whether the key is publishable
     * @param callers who presented the secrets: none where a secret key does not say
     * @param wrong at least one
     */
    public record Failure(String key, boolean inPublic, Budget budget, List<Suspect> callers, List<Wrong> wrong) {}

    /**
     * A suspect that is locked.
     *
     * @param leftMs for how long, at least 1
     */
    public record Locked(Suspect.Kind kind, long leftMs) {}

    /** The first of the suspects that is locked. Asks nobody, and counts nothing: who is {@link #refused} is for the caller to say. */
    public Optional<Locked> locked(List<Suspect> suspects) {
        for (Suspect suspect : suspects) {
            long left = locks.leftMs(suspect.id());
            if (left > 0) {
                return Optional.of(new Locked(suspect.kind(), left));
            }
        }
        return Optional.empty();
    }

    /** Counts that an attempt was refused for the lock. */
    public void refused(Locked locked) {
        metrics.refused(locked.kind());
    }

    /** Whether publishable keys of the program have to solve a challenge today. Asks nobody. */
    public boolean isSpent(Budget budget) {
        return locks.leftMs(spent(budget, today(budget))) > 0;
    }

    /** A challenge for the key in that program. */
    public Challenges.Challenge challenge(String program, String key) {
        metrics.challenged();
        return challenges.make(program, key);
    }

    /** Whether {@code proof} solves a challenge that was given to the key in that program and was not used yet; now it is. */
    public Future<Boolean> solves(String proof, String program, String key) {
        Optional<Challenges.Solved> solved = challenges.solved(proof, program, key);
        return (solved.isPresent()
                        ? counts.useOnce(solved.get().nonce(), solved.get().lasts())
                        : Future.succeededFuture(false))
                .onSuccess(metrics::answered);
    }

    /** Counts a failed attempt; its answer has to wait for this. Fails with {@code Unavailable} where it could not be counted. */
    public Future<Void> failed(Failure failure) {
        metrics.failed(failure.inPublic());
        alarm.failed(failure.key(), failure.budget().program());
        List<Future<?>> counted = new ArrayList<>();
        for (Wrong wrong : failure.wrong()) {
            for (Suspect caller : failure.callers()) {
                boolean spends = failure.inPublic() && caller.kind() == Suspect.Kind.CLIENT;
                counted.add(count(caller, wrong)
                        .compose(count ->
                                spends && count.counted() ? spend(failure.budget()) : Future.succeededFuture()));
            }
            Suspect number = wrong.number();
            if (number != null) {
                counted.add(count(number, wrong));
            }
        }
        return Future.all(counted).mapEmpty();
    }

    /**
     * Counts, on the card, that it was looked up and is not active yet: its secret may have leaked. Nobody waits for it, and a count that
     * Redis does not take is missing.
     *
     * @param card its id in the ledger, or {@link #NO_CARD} to do the same in Redis for a card that is not there
     */
    public void lookedUp(String program, String card) {
        Future<Void> unused = counts.countInactiveLookup(program, card);
    }

    /** How often each of these cards, by their ids in the ledger, was looked up before it was active. Fails with {@code Unavailable}. */
    public Future<List<Long>> inactiveLookups(String program, List<String> cards) {
        return counts.inactiveLookups(program, cards);
    }

    /** Reads the locks that others told since the last time. */
    public Future<Void> refresh() {
        locks.forgetEnded();
        return counts.told(lastTold).compose(told -> {
            if (told.isEmpty()) {
                return Future.succeededFuture();
            }
            told.forEach(lock -> locks.add(lock.suspect(), lock.leftMs()));
            lastTold = told.get(told.size() - 1).entry();
            return refresh();
        });
    }

    private Future<Count> count(Suspect suspect, Wrong wrong) {
        return counts.count(
                        suspect.id(),
                        wrong.secret(),
                        limits.most(suspect.kind()),
                        limits.window(),
                        limits.locks(suspect.kind()))
                .compose(count -> {
                    locks.add(suspect.id(), count.lockedMs());
                    if (!count.locks()) {
                        return Future.succeededFuture(count);
                    }
                    metrics.locked(suspect.kind());
                    return counts.tell(suspect.id(), Duration.ofMillis(count.lockedMs()))
                            .map(count);
                });
    }

    private Future<Void> spend(Budget budget) {
        LocalDate day = today(budget);
        return counts.countOfDay(budget.program(), day.toString()).compose(failures -> {
            if (failures < budget.failuresADay()) {
                return Future.succeededFuture();
            }
            String spent = spent(budget, day);
            boolean news = locks.leftMs(spent) == 0;
            Duration left = Duration.between(
                    clock.instant(), day.plusDays(1).atStartOfDay(budget.zone()).toInstant());
            locks.add(spent, left.toMillis());
            if (!news) {
                return Future.succeededFuture();
            }
            alarm.spent(budget.program(), failures);
            return counts.tell(spent, left);
        });
    }

    /** Another budget, or another day, is another name: a raised budget counts at once. */
    private String spent(Budget budget, LocalDate day) {
        return hash.suspect("budget", budget.program(), day.toString(), Long.toString(budget.failuresADay()));
    }

    private LocalDate today(Budget budget) {
        return ZonedDateTime.ofInstant(clock.instant(), budget.zone()).toLocalDate();
    }
}
