package dev.counterfoil.ledger.guard;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What the guard counts for people to look at. Thread-safe. */
public final class GuardMetrics {
    private final Map<Suspect.Kind, Counter> locks = new EnumMap<>(Suspect.Kind.class);
    private final Map<Suspect.Kind, Counter> refused = new EnumMap<>(Suspect.Kind.class);
    private final Counter failedInPublic;
    private final Counter failed;
    private final Counter challenged;
    private final Counter solved;
    private final Counter unsolved;

    public GuardMetrics(MeterRegistry registry) {
        for (Suspect.Kind kind : Suspect.Kind.values()) {
            locks.put(kind, counter(registry, "locks", "Lock-outs after failed attempts", "suspect", kind.token()));
            refused.put(
                    kind,
                    counter(registry, "locked", "Requests refused because of a lock-out", "suspect", kind.token()));
        }
        String failures = "Attempts with a secret that was answered card_not_redeemable";
        this.failedInPublic = counter(registry, "failures", failures, "key_kind", "publishable");
        this.failed = counter(registry, "failures", failures, "key_kind", "secret");
        String challenges = "Challenges given, and answers to them";
        this.challenged = counter(registry, "challenges", challenges, "event", "given");
        this.solved = counter(registry, "challenges", challenges, "event", "solved");
        this.unsolved = counter(registry, "challenges", challenges, "event", "wrong");
    }

    private static Counter counter(MeterRegistry registry, String name, String description, String tag, String value) {
        return Counter.builder("counterfoil.guard." + name)
                .description(description)
                .tag(tag, value)
                .register(registry);
    }

    void locked(Suspect.Kind kind) {
        Objects.requireNonNull(locks.get(kind)).increment();
    }

    void refused(Suspect.Kind kind) {
        Objects.requireNonNull(refused.get(kind)).increment();
    }

    void failed(boolean inPublic) {
        (inPublic ? failedInPublic : failed).increment();
    }

    void challenged() {
        challenged.increment();
    }

    void answered(boolean rightly) {
        (rightly ? solved : unsolved).increment();
    }
}
