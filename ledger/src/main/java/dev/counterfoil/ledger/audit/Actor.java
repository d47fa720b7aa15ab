package dev.counterfoil.ledger.audit;

import org.jspecify.annotations.Nullable;

/**
 * Who does something, in which request, and why.
 *
 * @param name {@code key:<id>}, {@code cli:<user of the operating system>} or {@code system}
 * @param client of the key; null: none
 * @param requestId null: no request
 * @param reason in the actor's own words; null: none given
 */
public record Actor(
        String name,
        @Nullable String client,
        @Nullable String requestId,
        @Nullable String reason) {
    /** The gateway itself: the demo program, what is swept. */
    public static final Actor SYSTEM = new Actor("system", null, null, null);

    /** Whoever uses an access key. */
    public static Actor key(String id, String client, String requestId, @Nullable String reason) {
        return new Actor("key:" + id, client, requestId, reason);
    }

    /** Whoever runs a command. */
    public static Actor commandLine(@Nullable String reason) {
        return new Actor("cli:" + System.getProperty("user.name", "unknown"), null, null, reason);
    }

    /** The same with another reason. */
    public Actor because(@Nullable String other) {
        return new Actor(name, client, requestId, other);
    }
}
