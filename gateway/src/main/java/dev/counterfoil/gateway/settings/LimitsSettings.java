package dev.counterfoil.gateway.settings;

import dev.counterfoil.ledger.rates.Rate;

/**
 * How many requests all gateways together let through.
 *
 * @param secretKeyRate of each secret key without a rate of its own
 * @param publishableKeyRate likewise of each publishable one
 * @param programRate of each program, by all keys
 * @param addressRate of each client address (IPv6: of its /64) with publishable keys; of requests without a valid key likewise, but
 *     counted by each gateway alone
 * @param accountRate of each holder's account in a program, by all keys: redemptions and previews for it
 */
public record LimitsSettings(
        Rate secretKeyRate, Rate publishableKeyRate, Rate programRate, Rate addressRate, Rate accountRate) {
    /** Without a limit of addresses and accounts. */
    public LimitsSettings(Rate secretKeyRate, Rate publishableKeyRate, Rate programRate) {
        this(secretKeyRate, publishableKeyRate, programRate, Rate.OFF, Rate.OFF);
    }

    public static LimitsSettings defaults() {
        return new LimitsSettings(Rate.OFF, new Rate(1_000, 1), Rate.OFF, new Rate(6_000, 60), Rate.OFF);
    }
}
