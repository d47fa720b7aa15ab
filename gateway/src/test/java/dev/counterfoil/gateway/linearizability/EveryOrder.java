package dev.counterfoil.gateway.linearizability;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides by the definition, without any cleverness, what {@link Linearizability} decides by search: for short histories. */
final class EveryOrder {
    private EveryOrder() {}

    static <S, A> boolean explains(Model<S, A> model, List<Operation<A>> history) {
        return explains(model, model.initial(), history);
    }

    /** Whether {@code left} can follow in {@code state}: what was not answered may be left out. */
    private static <S, A> boolean explains(Model<S, A> model, S state, List<Operation<A>> left) {
        if (left.stream().noneMatch(Operation::answered)) {
            return true;
        }
        for (Operation<A> next : left) {
            boolean mayBeNext = left.stream().noneMatch(other -> other.answeredNanos() < next.invokedNanos());
            Optional<S> after = mayBeNext ? model.after(state, next.action()) : Optional.empty();
            List<Operation<A>> others = new ArrayList<>(left);
            others.remove(next);
            if (after.isPresent() && explains(model, after.get(), others)) {
                return true;
            }
        }
        return false;
    }
}
