package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.LimitsSettings;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.catalog.Program;
import dev.counterfoil.ledger.rates.Rate;
import dev.counterfoil.ledger.rates.RateLimit;
import dev.counterfoil.ledger.rates.RateLimits;
import dev.counterfoil.ledger.rates.TokenSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The limits that a request counts against: its key's, then its program's. What the first refuses costs the second nothing. */
public final class RequestRates {
    private final LimitsSettings settings;
    private final RateLimits keys;
    private final RateLimits programs;

    /** @param source one count for all gateways */
    public RequestRates(LimitsSettings settings, TokenSource source, RateLimit.Later later) {
        this.settings = settings;
        this.keys = new RateLimits("key", source, System::nanoTime, later);
        this.programs = new RateLimits("program", source, System::nanoTime, later);
    }

    /** In the order in which they are asked. */
    List<Kind> kinds() {
        return List.of(new Kind("key", this::ofKey), new Kind("program", this::ofProgram));
    }

    private @Nullable RateLimit ofKey(Call call) {
        ApiKey key = call.key();
        Rate own = key.rate();
        return limit(keys, key.id(), own == null ? byKind(key) : own);
    }

    private Rate byKind(ApiKey key) {
        return key.kind() == KeyKind.PUBLISHABLE ? settings.publishableKeyRate() : settings.secretKeyRate();
    }

    private @Nullable RateLimit ofProgram(Call call) {
        Program program = call.programOrNull();
        return program == null ? null : limit(programs, program.id(), settings.programRate());
    }

    private static @Nullable RateLimit limit(RateLimits limits, String id, Rate rate) {
        return rate.isOff() ? null : limits.of(id, rate);
    }

    /**
     * A kind of limit.
     *
     * @param name in headers, metrics and details
     */
    record Kind(String name, Finder finder) {}

    /** Finds a call's limit. */
    interface Finder {
        /** Null: none applies. */
        @Nullable
        RateLimit of(Call call);
    }
}
