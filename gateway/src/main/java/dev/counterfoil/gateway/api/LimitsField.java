package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.ledger.catalog.Limits;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** {@code "limits"} of an item or a program: an omitted limit is none, or for what fails the default. */
final class LimitsField {
    private LimitsField() {}

    static Limits read(RequestFields fields) {
        return fields.optionalObject(
                        "limits",
                        limits -> new Limits(
                                limit(limits, "per_account_daily"),
                                limit(limits, "per_card_daily"),
                                limit(limits, "per_account_total")))
                .orElse(Limits.NONE);
    }

    static Limits ofProgram(RequestFields fields) {
        return fields.optionalObject(
                        "limits",
                        limits -> new Limits(
                                limit(limits, "per_account_daily"),
                                limit(limits, "per_card_daily"),
                                limit(limits, "per_account_total"),
                                limit(limits, "failures_daily"),
                                limits.optionalFlag("verified_accounts").orElse(false)))
                .orElse(Limits.NONE);
    }

    private static @Nullable Long limit(RequestFields fields, String name) {
        OptionalLong limit = fields.optionalAmount(name);
        return limit.isPresent() ? limit.getAsLong() : null;
    }
}
