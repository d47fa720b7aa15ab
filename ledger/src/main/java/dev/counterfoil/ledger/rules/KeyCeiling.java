package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.catalog.Program;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ceilings of one kind under which a key moves value in one program: a quota leg for every asset that has one, over the
 * program's business day. Counted by the key's lineage, so a rotated key and its successor share them. Nothing is taken off the
 * count again.
 */
public final class KeyCeiling {
    /** No ceiling. */
    public static final KeyCeiling NONE = new KeyCeiling(Ceilings.Kind.ISSUED, "", Map.of(), ZoneOffset.UTC);

    /** A counter outlives its day, so that a rebuild or a late step finds it. */
    private static final Duration KEPT = Duration.ofDays(1);

    private final Ceilings.Kind kind;
    private final String lineage;
    private final Map<String, Long> most;
    private final ZoneId zone;

    private KeyCeiling(Ceilings.Kind kind, String lineage, Map<String, Long> most, ZoneId zone) {
        this.kind = kind;
        this.lineage = lineage;
        this.most = most;
        this.zone = zone;
    }

    /** Its assets by their names in {@code program}, whose business days they are of; of two for one asset the lower counts. */
    public static KeyCeiling of(ApiKey key, Ceilings.Kind kind, Program program) {
        Map<String, Long> most = new TreeMap<>();
        key.terms()
                .ceilings()
                .of(kind)
                .forEach((asset, amount) -> most.merge(Assets.resolved(program, asset), amount, Math::min));
        return new KeyCeiling(kind, key.lineage(), most, program.zone());
    }

    /** What refusals call it, such as {@code key_daily_issued}. */
    public String name() {
        return "key_daily_" + kind.token();
    }

    /**
     * The legs under which {@code amount} of an asset is moved.
     *
     * @param asset null: none is
     * @param now by Redis' clock, as well as the caller knows it; the script checks the day
     */
    public List<Leg> legs(@Nullable String asset, long amount, Instant now) {
        Long limit = asset == null ? null : most.get(asset);
        if (asset == null || limit == null || amount == 0) {
            return List.of();
        }
        LocalDate day = LocalDate.ofInstant(now, zone);
        long untilMs = day.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli();
        return List.of(new QuotaLeg(
                name(),
                QuotaLeg.keyOf("key", kind.token(), lineage, asset, day.toString()),
                Math.min(amount, Amounts.MAX),
                limit,
                day.atStartOfDay(zone).toInstant().toEpochMilli(),
                untilMs,
                untilMs + KEPT.toMillis(),
                false));
    }

    /** The same for several assets. */
    public List<Leg> legs(Map<String, Long> amounts, Instant now) {
        List<Leg> legs = new ArrayList<>();
        amounts.forEach((asset, amount) -> legs.addAll(legs(asset, amount, now)));
        return legs;
    }
}
