package dev.counterfoil.loadtest.bench;

import java.util.Locale;

/** What is measured. The requests themselves are in {@code resources/bench/scenarios.lua}. */
enum Scenario {
    ECHO("bare Vert.x echo", Answered.FINE),
    REDEEM("redemption, unique cards and keys", Answered.FINE),
    REPLAY("replay of a redemption", Answered.FINE),
    QUOTA("refusal by a limit", Answered.REFUSED),
    SOLDOUT("refusal, sold out", Answered.REFUSED),
    LOOKUP("card lookup", Answered.FINE),
    HOT("one hot item and one hot card", Answered.FINE),
    CHECKOUT("checkout of three items by two cards", Answered.FINE);

    /** How every request of it has to end. */
    enum Answered {
        FINE,
        REFUSED
    }

    private final String label;
    private final Answered answered;

    Scenario(String label, Answered answered) {
        this.label = label;
        this.answered = answered;
    }

    /** The name in the Lua file, in JSON and in {@code -Dscenarios}. */
    String token() {
        return name().toLowerCase(Locale.ROOT);
    }

    String label() {
        return label;
    }

    /** How many requests ended otherwise than they should. */
    long wrong(Wrk.Result result) {
        return answered == Answered.FINE ? result.refused() : result.requests() - result.refused();
    }

    static Scenario of(String token) {
        for (Scenario scenario : values()) {
            if (scenario.token().equals(token)) {
                return scenario;
            }
        }
        throw new IllegalArgumentException("scenarios: \"" + token + "\" (expected: some of echo, redeem, replay, "
                + "quota, soldout, lookup, hot, checkout)");
    }
}
