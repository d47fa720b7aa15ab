package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.model.Stored.Counter;
import io.vertx.core.json.JsonArray;
import java.util.List;

/** A counter with a limit over a window moves. */
final class QuotaKind extends LegKind<QuotaLeg> {
    QuotaKind() {
        super(QuotaLeg.class, 18);
    }

    @Override
    List<String> keys(QuotaLeg leg) {
        return List.of(key(leg.key()));
    }

    private static String key(String key) {
        return "quota:" + key;
    }

    private static long used(ReferenceCell cell, String key, long nowMs) {
        return cell.find(key(key), Counter.class, nowMs).map(Counter::used).orElse(0L);
    }

    @Override
    JsonArray data(QuotaLeg leg) {
        return new JsonArray().add("quota").add(leg.key()).add(leg.delta()).add(leg.expiresAtMs());
    }

    @Override
    Verdict check(QuotaLeg leg, ReferenceCell cell, long nowMs) {
        if (nowMs < leg.fromMs() || (leg.untilMs() > 0 && nowMs >= leg.untilMs())) {
            return Verdict.refuses(Refusal.STALE_DAY);
        }
        long used = used(cell, leg.key(), nowMs);
        if (leg.expected() != null && leg.expected() != used) {
            return Verdict.refuses(Refusal.QUOTA_UNEXPECTED);
        }
        long after = used + leg.delta();
        if (leg.delta() > 0 && after > leg.limit()) {
            if (!leg.clamp()) {
                return new Verdict.Refuses(Refusal.QUOTA_EXCEEDED, leg.name(), leg.limit(), used, leg.untilMs());
            }
            // A limit that was lowered meanwhile allows nothing more; it takes nothing back.
            after = Math.max(used, leg.limit());
        } else if (after < 0) {
            if (!leg.clamp()) {
                throw fault("a quota would fall below zero");
            }
            after = 0;
        }
        return Verdict.moves(new JsonArray().add(after), key(leg.key()), new Counter(after, leg.expiresAtMs()));
    }

    @Override
    QuotaLeg draw(Draw draw) {
        String key = draw.pick("1:a", "1:b", "1:c");
        long used = used(draw.cell(), key, draw.nowMs());
        long limit = draw.pick(0L, 3L, 5L, 10L, 100L, Amounts.MAX, draw.near(used));
        boolean windowed = draw.chance(25);
        return new QuotaLeg(
                "per_account_daily",
                key,
                draw.chance(75) ? draw.near(Math.max(0, limit - used)) : -draw.near(used),
                limit,
                windowed ? draw.instant() : 0,
                windowed ? draw.instant() : 0,
                draw.chance(60) ? 0 : draw.instant(),
                draw.chance(20),
                draw.chance(85) ? null : draw.chance(60) ? used : draw.near(used));
    }
}
