package dev.counterfoil.ledger.rates;

import io.vertx.core.Future;

/** Where the tokens of a limit come from: one count for all gateways. */
@FunctionalInterface
public interface TokenSource {
    /**
     * Takes up to {@code tokens} out of the window that it is now. A future that fails leaves open whether they were taken:
     * they count as spent and are never asked for again. Completes on the caller's Vert.x context.
     *
     * @param limit names the count, as {@code key:k1}
     * @param tokens 1..the rate's quota
     */
    Future<Grant> lease(String limit, Rate rate, int tokens);

    /**
     * What was taken.
     *
     * @param tokens 0..what was asked for; fewer means that the window has no more
     * @param windowEndMs the end of the window by the source's clock, which also names the window
     * @param toEndMicros from the moment of the grant to that end, by the source's clock; above 0
     * @param left what the window still has for all
     */
    record Grant(int tokens, long windowEndMs, long toEndMicros, int left) {}
}
