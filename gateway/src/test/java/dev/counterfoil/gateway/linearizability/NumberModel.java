package dev.counterfoil.gateway.linearizability;

import java.util.Optional;

/** A card's balance, or an item's units: what is there may be taken, and no more. */
public record NumberModel(long start) implements Model<Long, Change> {
    @Override
    public Long initial() {
        return start;
    }

    @Override
    public Optional<Long> after(Long state, Change change) {
        long moved = state + change.delta();
        boolean enough = moved >= 0;
        return switch (change.answer()) {
            case POSTED -> enough && change.tellsOf(moved) ? Optional.of(moved) : Optional.empty();
            case LACKING -> !enough && change.tellsOf(state) ? Optional.of(state) : Optional.empty();
            case ENOUGH -> enough ? Optional.of(state) : Optional.empty();
            case READ -> change.tellsOf(state) ? Optional.of(state) : Optional.empty();
            case UNKNOWN -> Optional.of(enough ? moved : state);
        };
    }
}
