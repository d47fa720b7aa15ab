package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.rates.RateLimit;
import dev.counterfoil.ledger.rates.RateLimits;
import dev.counterfoil.ledger.rates.TokenSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.function.BinaryOperator;

/**
 * 429 past the rate of an account: a holder of a program, whichever keys his requests come with. Which account a request is for stands
 * in its body, so this is asked by the endpoint, behind {@link LimitRate} and {@link ReadBody} and before the ledger. Thread-safe.
 */
public final class AccountRate {
    private static final String NAME = "account";

    /** Accounts are as many as a shop has customers: beyond so many at once, some that are refused nothing are forgotten, and asked for anew. */
    private static final int MOST_ACCOUNTS = 50_000;

    private final Rate rate;
    private final BinaryOperator<String> names;
    private final RateLimits accounts;
    private final Counter limited;

    /**
     * @param names of a program and an account one text that tells nobody which: it names the count in Redis and may stand in a log
     * @param source one count for all gateways
     */
    public AccountRate(
            Rate rate,
            BinaryOperator<String> names,
            TokenSource source,
            RateLimit.Later later,
            MeterRegistry registry) {
        this.rate = rate;
        this.names = names;
        this.accounts = new RateLimits(NAME, source, System::nanoTime, later, MOST_ACCOUNTS);
        this.limited = LimitRate.limited(registry, NAME);
    }

    /**
     * Counts a request for {@code account}, and says in its answer what is left. Fails with a {@link Rejection} (429) where the account has
     * had its rate, and as {@link RateLimit#take} where that cannot be told; for who left meanwhile there is nothing to go on for.
     */
    public Future<Void> count(Call call, String account) {
        if (rate.isOff()) {
            return Future.succeededFuture();
        }
        RateLimit limit = accounts.of(names.apply(call.program().id(), account), rate);
        return switch (limit.poll()) {
            case ADMITTED -> counted(call, limit, true);
            case REFUSED -> counted(call, limit, false);
            case UNKNOWN ->
                limit.take()
                        .compose(taken ->
                                call.isOver() ? Future.failedFuture(Watch.NOTHING_SENT) : counted(call, limit, taken));
        };
    }

    private Future<Void> counted(Call call, RateLimit limit, boolean admitted) {
        RateFields fields = RateFields.of(call.context().response());
        fields.add(NAME, limit, !admitted);
        if (!call.context().response().headWritten()) {
            fields.into(call.context().response());
        }
        if (admitted) {
            return Future.succeededFuture();
        }
        limited.increment();
        return Future.failedFuture(RateFields.exceeded(NAME, limit));
    }
}
