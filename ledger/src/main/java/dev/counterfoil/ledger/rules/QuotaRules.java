package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.Limits;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits become quota legs: per account and business day, per card and business day, per account for ever; of one item and,
 * with the prefix {@code program_}, across all items of the program. A business day runs from 00:00 to 24:00 in the
 * program's zone, so it has 23 or 25 hours where clocks are changed.
 */
final class QuotaRules {
    /** Counters of a day outlive it, so that what is given back the next day finds its counter. */
    private static final Duration KEPT = Duration.ofDays(1);

    private final LocalDate day;
    private final long fromMs;
    private final long untilMs;
    private final @Nullable String account;
    private final List<String> cards;

    QuotaRules(ZoneId zone, Instant now, @Nullable String account, List<String> cards) {
        this.day = LocalDate.ofInstant(now, zone);
        this.fromMs = day.atStartOfDay(zone).toInstant().toEpochMilli();
        this.untilMs = day.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli();
        this.account = account;
        this.cards = cards;
    }

    /** Adds the legs of every limit that applies; units count. */
    void add(Limits program, List<Item> items, List<RedemptionRequest.Line> lines, List<Leg> legs) {
        long units = 0;
        for (int i = 0; i < items.size(); i++) {
            long quantity = lines.get(i).quantity();
            units += quantity;
            add("", items.get(i).sku(), items.get(i).limits(), quantity, legs);
        }
        add("program_", "", program, units, legs);
    }

    private void add(String prefix, String sku, Limits limits, long units, List<Leg> legs) {
        String holder = account;
        if (holder != null) {
            daily(prefix + "per_account_daily", "account", sku, holder, limits.perAccountDaily(), units, legs);
        }
        for (String card : cards) {
            daily(prefix + "per_card_daily", "card", sku, card, limits.perCardDaily(), units, legs);
        }
        Long total = limits.perAccountTotal();
        if (holder != null && total != null) {
            legs.add(new QuotaLeg(
                    prefix + "per_account_total",
                    QuotaLeg.keyOf("account", sku, holder),
                    units,
                    total,
                    0,
                    0,
                    0,
                    false));
        }
    }

    private void daily(
            String name, String kind, String sku, String holder, @Nullable Long limit, long units, List<Leg> legs) {
        if (limit != null) {
            legs.add(new QuotaLeg(
                    name,
                    QuotaLeg.keyOf(kind, sku, holder, day.toString()),
                    units,
                    limit,
                    fromMs,
                    untilMs,
                    untilMs + KEPT.toMillis(),
                    false));
        }
    }
}
