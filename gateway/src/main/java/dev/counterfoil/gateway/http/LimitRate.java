package dev.counterfoil.gateway.http;

import dev.counterfoil.ledger.rates.RateLimit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * 429 past the rate of the address, the key or the program; every answer behind it says what is left ({@link RateFields}). A request whose token is here passes at once; else it is paused, unread, until one is.
 */
final class LimitRate implements Handler<RoutingContext> {
    private final List<RequestRates.Kind> kinds;
    private final StageTimers stages;
    private final List<Counter> limited = new ArrayList<>();

    LimitRate(RequestRates rates, StageTimers stages, MeterRegistry registry) {
        this.stages = stages;
        this.kinds = rates.kinds();
        for (RequestRates.Kind kind : kinds) {
            limited.add(limited(registry, kind.name()));
        }
    }

    static Counter limited(MeterRegistry registry, String limit) {
        return Counter.builder("counterfoil.rate.limited")
                .description("Requests refused with 429, by the limit that refused them")
                .tag("limit", limit)
                .register(registry);
    }

    @Override
    public void handle(RoutingContext context) {
        count(context, Call.of(context), 0);
    }

    private void count(RoutingContext context, Call call, int from) {
        for (int i = from; i < kinds.size(); i++) {
            RateLimit limit = kinds.get(i).finder().of(call);
            RateLimit.Verdict verdict = limit == null ? RateLimit.Verdict.ADMITTED : limit.poll();
            if (limit != null && verdict != RateLimit.Verdict.ADMITTED) {
                if (verdict == RateLimit.Verdict.REFUSED) {
                    refuse(context, call, i, limit);
                } else {
                    waitFor(context, call, i, limit);
                }
                return;
            }
        }
        show(context, call, kinds.size(), null);
        if (call.readOn()) {
            stages.admitted(call);
            context.next();
        }
    }

    private void waitFor(RoutingContext context, Call call, int kind, RateLimit limit) {
        call.hold();
        limit.take().onComplete(taken -> {
            if (taken.succeeded() && taken.result() && !call.isOver()) {
                count(context, call, kind + 1);
            } else if (call.readOn()) {
                if (taken.failed()) {
                    context.fail(taken.cause());
                } else {
                    refuse(context, call, kind, limit);
                }
            }
        });
    }

    private void refuse(RoutingContext context, Call call, int kind, RateLimit limit) {
        limited.get(kind).increment();
        show(context, call, kind + 1, limit);
        if (call.readOn()) {
            context.fail(RateFields.exceeded(kinds.get(kind).name(), limit));
        }
    }

    /** @param refusing the limit that has nothing left, whatever a newer answer may say by now */
    private void show(RoutingContext context, Call call, int asked, @Nullable RateLimit refusing) {
        RateFields fields = new RateFields();
        for (int i = 0; i < asked; i++) {
            RateLimit limit = kinds.get(i).finder().of(call);
            if (limit != null) {
                fields.add(kinds.get(i).name(), limit, limit == refusing);
            }
        }
        fields.into(context.response());
    }
}
