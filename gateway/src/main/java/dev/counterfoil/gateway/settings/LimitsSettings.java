package dev.counterfoil.gateway.settings;

import dev.counterfoil.ledger.rates.Rate;

/**
 * How many requests all gateways together let through.
 *
 * @param secretKeyRate of each secret key without a rate of its own
 * @param publishableKeyRate likewise of each publishable one
 * @param programRate of each program, by all keys
 */
public record LimitsSettings(Rate secretKeyRate, Rate publishableKeyRate, Rate programRate) {
    public static LimitsSettings defaults() {
        return new LimitsSettings(Rate.OFF, new Rate(1_000, 1), Rate.OFF);
    }
}
