package dev.counterfoil.ledger;

import java.util.Collection;

/** The stored state of a card. That a card has expired is computed from its time, not stored. */
public enum CardState {
    ACTIVE('a'),
    INACTIVE('i'),
    FROZEN('f'),
    VOID('v');

    private final char letter;

    CardState(char letter) {
        this.letter = letter;
    }

    /** How the state is written in Redis, the journal and PostgreSQL. */
    public char letter() {
        return letter;
    }

    /** The state that {@code letter} stands for. */
    public static CardState of(char letter) {
        for (CardState state : values()) {
            if (state.letter == letter) {
                return state;
            }
        }
        throw new IllegalArgumentException("card state: " + letter + " (expected: a, i, f or v)");
    }

    static String letters(Collection<CardState> states) {
        StringBuilder letters = new StringBuilder(states.size());
        states.forEach(state -> letters.append(state.letter));
        return letters.toString();
    }
}
