package dev.counterfoil.ledger;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a posted transaction outlives; each level includes those before it. */
public enum Durability {
    /** It is in Redis' memory: lost with Redis. */
    ACCEPTED,

    /** It is on Redis' disk and, where a replica may be promoted, on a replica: lost with both of these. */
    DURABLE,

    /** It is in PostgreSQL: not lost with Redis. */
    SETTLED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As it stands in settings, headers, answers and the journal. */
    public String label() {
        return label;
    }

    /** The level of that label. */
    public static Optional<Durability> of(String label) {
        return Arrays.stream(values())
                .filter(level -> level.label.equals(label))
                .findFirst();
    }

    public boolean atLeast(Durability other) {
        return compareTo(other) >= 0;
    }

    /** The higher of both. */
    public Durability or(Durability other) {
        return atLeast(other) ? this : other;
    }

    /** The lower of both: what a work of several transactions has reached. */
    public Durability and(Durability other) {
        return atLeast(other) ? other : this;
    }
}
