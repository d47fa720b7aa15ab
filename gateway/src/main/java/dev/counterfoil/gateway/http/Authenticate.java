package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.access.ApiKey;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * 401 without a valid key in {@code Authorization: Bearer}; 429 where an address has had its rate of such requests. A valid key
 * passes from that address all the same: the servers of a shop may share it with somebody who guesses.
 */
final class Authenticate implements Handler<RoutingContext> {
    private static final String SCHEME = "Bearer ";
    private static final int LONGEST_KEY = 128;
    private static final Problem UNAUTHENTICATED =
            Problem.of(ProblemCode.UNAUTHENTICATED).withHeader("WWW-Authenticate", "Bearer realm=\"counterfoil\"");

    private final Function<String, Optional<ApiKey>> keys;
    private final RequestRates rates;

    /** @param keys the key that a presented text is, or nothing; must not block */
    Authenticate(Function<String, Optional<ApiKey>> keys, RequestRates rates) {
        this.keys = keys;
        this.rates = rates;
    }

    @Override
    public void handle(RoutingContext context) {
        List<String> headers = context.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        Optional<ApiKey> key = headers.size() == 1 ? key(headers.get(0)) : Optional.empty();
        if (key.isEmpty()) {
            context.fail(new Rejection(rates.unknownCaller(Call.of(context)).orElse(UNAUTHENTICATED)));
            return;
        }
        Call.of(context).key(key.get());
        context.next();
    }

    private Optional<ApiKey> key(String header) {
        boolean bearer = header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return bearer && header.length() <= SCHEME.length() + LONGEST_KEY
                ? keys.apply(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }
}
