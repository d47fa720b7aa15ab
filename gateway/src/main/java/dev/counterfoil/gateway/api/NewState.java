package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.ledger.CardState;

/** The states in which cards come into being. */
enum NewState {
    ACTIVE(CardState.ACTIVE),
    INACTIVE(CardState.INACTIVE);

    private final CardState state;

    NewState(CardState state) {
        this.state = state;
    }

    /** What {@code state} asks for; active where it is absent. */
    static CardState of(RequestFields fields) {
        return fields.optionalOneOf("state", NewState.class).orElse(ACTIVE).state;
    }
}
