package dev.counterfoil.gateway.linearizability;

import java.util.Optional;

/**
 * What one object would do if its callers came one after the other.
 *
 * @param <S> its state, immutable and with {@code equals} by value
 * @param <A> what is asked of it, with the answer
 */
public interface Model<S, A> {
    S initial();

    /**
     * The state after {@code action} was done in {@code state}; nothing when there it would have been answered otherwise. An
     * action whose answer is not known is never answered otherwise.
     */
    Optional<S> after(S state, A action);
}
