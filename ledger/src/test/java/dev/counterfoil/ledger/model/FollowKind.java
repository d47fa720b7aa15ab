package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Closing;
import dev.counterfoil.ledger.FollowLeg;
import dev.counterfoil.ledger.FollowLeg.Part;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.model.Stored.FieldChange;
import dev.counterfoil.ledger.model.Stored.Followed;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A hold is closed, or a part of a transaction given back. */
final class FollowKind extends LegKind<FollowLeg> {
    FollowKind() {
        super(FollowLeg.class, 16);
    }

    @Override
    List<String> keys(FollowLeg leg) {
        return leg.closing() == null ? List.of(key(leg.of())) : List.of(key(leg.of()), HoldKind.KEY);
    }

    private static String key(long of) {
        return "followed:" + of;
    }

    @Override
    JsonArray data(FollowLeg leg) {
        JsonArray data = new JsonArray()
                .add("follow")
                .add(leg.of())
                .add(leg.closing() == null ? "" : String.valueOf(leg.closing().letter()))
                .add(leg.state())
                .add(leg.expiresAtMs());
        leg.parts().forEach(part -> data.add(part.name()).add(part.delta()).add(part.whole()));
        return data;
    }

    @Override
    Verdict check(FollowLeg leg, ReferenceCell cell, long nowMs) {
        if (nowMs < leg.fromMs() || nowMs >= leg.untilMs()) {
            return Verdict.refuses(Refusal.STALE_DAY);
        }
        Refusal hold = hold(leg, HoldKind.open(cell, nowMs).get(Long.toString(leg.of())), nowMs);
        if (hold != null) {
            return Verdict.refuses(hold);
        }
        Optional<Followed> counted = cell.find(key(leg.of()), Followed.class, nowMs);
        Map<String, Long> after = new HashMap<>();
        JsonArray result = new JsonArray();
        for (Part part : leg.parts()) {
            if (counted.isPresent() && !counted.get().counts().containsKey(part.name())) {
                throw fault("a part that was not counted");
            } else if (counted.isPresent() && counted.get().counts().get(part.name()) != part.before()) {
                return Verdict.refuses(Refusal.FOLLOWED);
            } else if (part.before() + part.delta() > part.whole()) {
                return new Verdict.Refuses(Refusal.EXCEEDS_REMAINING, part.name(), part.whole(), part.before(), 0);
            }
            after.put(part.name(), part.before() + part.delta());
            result.add(part.before() + part.delta());
        }
        Map<String, Long> all = new HashMap<>(counted.map(Followed::counts).orElse(Map.of()));
        all.putAll(after);
        Map<String, Stored> changes = new HashMap<>();
        changes.put(key(leg.of()), new Followed(leg.state(), all, leg.expiresAtMs()));
        if (leg.closing() != null) {
            changes.put(
                    HoldKind.KEY + " " + leg.of(), new FieldChange(HoldKind.KEY, Map.of(Long.toString(leg.of()), "")));
        }
        return new Verdict.Moves(result, changes);
    }

    private static @Nullable Refusal hold(FollowLeg leg, @Nullable String deadline, long nowMs) {
        if (leg.closing() == null) {
            return null;
        } else if (deadline == null) {
            return Refusal.HOLD_NOT_OPEN;
        }
        boolean ended = nowMs >= Long.parseLong(deadline);
        return switch (leg.closing()) {
            case CAPTURE -> ended ? Refusal.HOLD_EXPIRED : null;
            case EXPIRY -> ended ? null : Refusal.HOLD_RUNNING;
            case RELEASE -> null;
        };
    }

    @Override
    FollowLeg draw(Draw draw) {
        List<String> open = List.copyOf(HoldKind.open(draw.cell(), draw.nowMs()).keySet());
        boolean closing = !open.isEmpty() && draw.chance(60);
        long of = closing ? Long.parseLong(draw.pick(open)) : draw.between(1, 6);
        Optional<Followed> counted = draw.cell().find(key(of), Followed.class, draw.nowMs());
        List<Part> parts = new ArrayList<>();
        for (String name : draw.chance(98) ? List.of("a:CNY", "u:crab") : List.of("u:crab")) {
            long whole = 4 + of % 3;
            long before =
                    counted.map(found -> found.counts().getOrDefault(name, 0L)).orElse((long) draw.pick(0, 0, 0, 2));
            parts.add(new Part(
                    name,
                    draw.chance(93) ? before : draw.between(0, 5),
                    draw.pick(0, 0, 1, 1, 2, draw.between(0, 6)),
                    whole));
        }
        boolean windowed = draw.chance(15);
        long until = windowed ? Math.max(1, draw.instant()) : Draw.FAR_MS;
        return new FollowLeg(
                of,
                closing || draw.chance(10) ? draw.pick(Closing.values()) : null,
                draw.pick("", "c:1,0", "r"),
                windowed ? draw.instant() : 0,
                until,
                draw.chance(50) ? until : Math.max(until, draw.instant()),
                parts);
    }
}
