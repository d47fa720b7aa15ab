package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.KeyCheck;
import dev.counterfoil.ledger.access.KeyRing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * 401 without a valid key in {@code Authorization: Bearer}, used from where it may be; 403 where a page uses one that is not for it. The 401 is the same whatever is wrong, so
 * that a thief does not learn that a key is valid elsewhere; a metric tells the reasons apart. 429 where an address has had its rate of
 * such requests; a valid key passes from that address all the same: the servers of a shop may share it with somebody who guesses. A
 * copy of the keys that is too old is read again first, with the request paused; 503 where that cannot be done. With a valid key it
 * leads on to what signatures are asked of, so that no route can leave that out.
 */
final class Authenticate implements Handler<RoutingContext> {
    private static final String SCHEME = "Bearer ";
    private static final int LONGEST_KEY = 128;
    private static final Problem UNAUTHENTICATED = Problem.unauthenticated("");

    private static final Problem OTHER_ORIGIN =
            Problem.of(ProblemCode.FORBIDDEN, "the key is not for where this comes from (see its allowed_origins)");

    private final KeyRing keys;
    private final Consumer<ApiKey> used;
    private final RequestRates rates;
    private final Handler<RoutingContext> signature;

    /** In the order of the reasons. */
    private final List<Counter> refused = new ArrayList<>();

    /**
     * @param used told of every key that is accepted; must not block
     * @param signature what comes next, with a valid key
     */
    Authenticate(
            KeyRing keys,
            Consumer<ApiKey> used,
            RequestRates rates,
            Handler<RoutingContext> signature,
            MeterRegistry registry) {
        this.keys = keys;
        this.used = used;
        this.rates = rates;
        this.signature = signature;
        for (KeyCheck.Refused reason : KeyCheck.Refused.values()) {
            refused.add(Counter.builder("counterfoil.keys.refused")
                    .description("Requests refused with 401, by what was wrong with their key")
                    .tag("reason", reason.token())
                    .register(registry));
        }
    }

    @Override
    public void handle(RoutingContext context) {
        if (keys.isFresh()) {
            admit(context);
            return;
        }
        Call call = Call.of(context);
        call.hold();
        keys.refresh().onComplete(refreshed -> {
            if (!call.readOn()) {
                return;
            }
            if (refreshed.succeeded()) {
                admit(context);
            } else {
                context.fail(refreshed.cause());
            }
        });
    }

    private void admit(RoutingContext context) {
        Call call = Call.of(context);
        List<String> headers = context.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        KeyCheck checked = headers.size() == 1 ? check(headers.get(0), call) : KeyCheck.Refused.MALFORMED;
        if (checked instanceof KeyCheck.Accepted accepted) {
            call.key(accepted.key());
            used.accept(accepted.key());
            if (Cors.admits(context, accepted.key())) {
                signature.handle(context);
            } else {
                context.fail(new Rejection(OTHER_ORIGIN));
            }
            return;
        }
        refused.get(((KeyCheck.Refused) checked).ordinal()).increment();
        context.fail(new Rejection(rates.unknownCaller(call).orElse(UNAUTHENTICATED)));
    }

    private KeyCheck check(String header, Call call) {
        boolean bearer = header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return bearer && header.length() <= SCHEME.length() + LONGEST_KEY
                ? keys.check(header.substring(SCHEME.length()).strip(), call.clientAddress())
                : KeyCheck.Refused.MALFORMED;
    }
}
