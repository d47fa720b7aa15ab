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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The limits that a request counts against: its client address' (with publishable keys only, since the servers of a shop have one
 * address for all their customers), its key's, its program's. What one refuses costs those after it nothing.
 */
public final class RequestRates {
    private final LimitsSettings settings;
    /** Addresses anyone may have: beyond so many, some that are refused nothing are forgotten, and asked for anew. */
    private static final int MOST_ADDRESSES = 50_000;

    private final AddressCounts unknownCallers;
    private final RateLimits addresses;
    private final RateLimits keys;
    private final RateLimits programs;

    /** @param source one count for all gateways */
    public RequestRates(LimitsSettings settings, TokenSource source, RateLimit.Later later) {
        this.settings = settings;
        this.unknownCallers = new AddressCounts(settings.addressRate(), System::currentTimeMillis);
        this.addresses = new RateLimits("address", source, System::nanoTime, later, MOST_ADDRESSES);
        this.keys = new RateLimits("key", source, System::nanoTime, later);
        this.programs = new RateLimits("program", source, System::nanoTime, later);
    }

    /** In the order in which they are asked. */
    List<Kind> kinds() {
        return List.of(
                new Kind("address", this::ofAddress),
                new Kind("key", this::ofKey),
                new Kind("program", this::ofProgram));
    }

    /** Counts a request without a valid key, in this process alone; 429 where its address has had its rate of them. */
    Optional<Problem> unknownCaller(Call call) {
        if (unknownCallers.admits(call.clientAddress())) {
            return Optional.empty();
        }
        Rate rate = settings.addressRate();
        return Optional.of(Problem.of(
                        ProblemCode.RATE_LIMITED,
                        "more than " + rate.quota() + " requests in " + rate.windowSeconds()
                                + " s of this address without a valid key")
                .retryAfter(unknownCallers.secondsToEnd()));
    }

    private @Nullable RateLimit ofAddress(Call call) {
        return call.key().kind() == KeyKind.PUBLISHABLE
                        && !settings.addressRate().isOff()
                ? addresses.of(ClientNetwork.text(call.clientAddress()), settings.addressRate())
                : null;
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
