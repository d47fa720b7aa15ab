package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.rates.RateLimit;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;

/** What an answer says of the limits that its request counted against: the fields of draft-ietf-httpapi-ratelimit-headers. */
final class RateFields {
    private static final String POLICY = "RateLimit-Policy";
    private static final String STATE = "RateLimit";

    private final StringBuilder policy = new StringBuilder();
    private final StringBuilder state = new StringBuilder();

    /** None yet. */
    RateFields() {}

    /** What an answer says already. */
    static RateFields of(HttpServerResponse response) {
        RateFields fields = new RateFields();
        fields.policy.append(Objects.requireNonNullElse(response.headers().get(POLICY), ""));
        fields.state.append(Objects.requireNonNullElse(response.headers().get(STATE), ""));
        return fields;
    }

    /** @param refusing whether the limit has nothing left, whatever a newer answer may say by now */
    void add(String name, RateLimit limit, boolean refusing) {
        Rate rate = limit.rate();
        item(policy, name, "q", rate.quota(), "w", rate.windowSeconds());
        item(state, name, "r", refusing ? 0 : limit.left(), "t", limit.secondsToEnd());
    }

    void into(HttpServerResponse response) {
        if (!policy.isEmpty()) {
            response.putHeader(POLICY, policy.toString()).putHeader(STATE, state.toString());
        }
    }

    /** 429 of a limit that has nothing left. */
    static Rejection exceeded(String name, RateLimit limit) {
        Rate rate = limit.rate();
        return new Rejection(Problem.of(
                        ProblemCode.RATE_LIMITED,
                        "more than " + rate.quota() + " requests in " + rate.windowSeconds() + " s of this " + name)
                .retryAfter(limit.secondsToEnd()));
    }

    private static void item(StringBuilder list, String name, String first, long a, String second, long b) {
        list.append(list.isEmpty() ? "\"" : ", \"")
                .append(name)
                .append("\";")
                .append(first)
                .append('=')
                .append(a);
        list.append(';').append(second).append('=').append(b);
    }
}
