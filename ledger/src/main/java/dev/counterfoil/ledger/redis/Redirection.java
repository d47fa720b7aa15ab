package dev.counterfoil.ledger.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * A node's answer that it did not run a command since the keys are elsewhere or on their way (Redis documentation, "Redis
 * cluster specification"). Each comes before the command runs, so sending it again is safe.
 *
 * @param host to be asked instead; empty: the host that answered, or for {@code AGAIN} nobody else
 * @param port likewise
 */
record Redirection(Kind kind, String host, int port) {
    enum Kind {
        /** Another node holds the slot. */
        MOVED,
        /** Another node takes the slot over and has these keys already: for this one command. */
        ASK,
        /** Some of the keys have been moved and others not: later. */
        AGAIN
    }

    static Optional<Redirection> of(Throwable failure) {
        String message = failure instanceof RedisCommandExecutionException ? failure.getMessage() : null;
        if (message == null) {
            return Optional.empty();
        }
        String[] words = message.split(" ");
        if (words[0].equals("TRYAGAIN")) {
            return Optional.of(new Redirection(Kind.AGAIN, "", 0));
        }
        boolean elsewhere = words.length == 3 && (words[0].equals("MOVED") || words[0].equals("ASK"));
        int colon = elsewhere ? words[2].lastIndexOf(':') : -1;
        if (colon < 0 || !words[2].substring(colon + 1).matches("\\d{1,5}")) {
            return Optional.empty();
        }
        String host = words[2].substring(0, colon);
        return Optional.of(new Redirection(
                Kind.valueOf(words[0]), host.equals("?") ? "" : host, Integer.parseInt(words[2].substring(colon + 1))));
    }

    /** What a stage failed with, without the wrapping that stages put around it. */
    static Throwable unwrapped(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }
}
