package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.redis.LedgerLimits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Draws sequences of commands. The reference carries each out as it is drawn, so that the next can aim at what is there. */
final class RandomSequence {
    private final ReferenceTrial trial;
    private final Timing timing;
    private final Draw draw;
    private final List<Command> commands = new ArrayList<>();
    private final List<Command.Post> posts = new ArrayList<>();

    private RandomSequence(long seed, Timing timing, LedgerLimits limits) {
        this.trial = new ReferenceTrial(limits, timing);
        this.timing = timing;
        this.draw = new Draw(seed, trial, timing);
    }

    /** The sequence of that seed: the same each time, but for the kinds of legs that there are. */
    static List<Command> of(long seed, int length, Timing timing, LedgerLimits limits) {
        RandomSequence sequence = new RandomSequence(seed, timing, limits);
        while (sequence.commands.size() < length) {
            Command next = sequence.next();
            sequence.commands.add(next);
            if (next instanceof Command.Post) {
                sequence.posts.add((Command.Post) next);
            }
            var unused = next.send(sequence.trial, timing);
        }
        return List.copyOf(sequence.commands);
    }

    private Command next() {
        int kind = draw.between(1, 100);
        if (kind <= 2) {
            return new Command.Publish(draw.cell().catalog + draw.between(0, 1));
        } else if (kind <= 4) {
            return draw.chance(40)
                    ? lookUp(draw.cardIds())
                    : draw.chance(60)
                            ? new Command.LookUpAccount(draw.account())
                            : new Command.LookUpFollowed(draw.between(1, 8));
        } else if (kind <= 6 && !posts.isEmpty()) {
            Command.Post post = draw.pick(posts);
            return new Command.Recall(post.key(), draw.pick(post.fingerprint(), post.fingerprint(), null, "other"));
        } else if (kind == 7 && draw.chance(50)) {
            return draw.chance(70) ? new Command.Preview(legs()) : new Command.Look(post());
        } else if (kind <= 7) {
            return new Command.Find(draw.between(0, 60));
        } else if (kind <= 13 && timing == Timing.CONTROLLED) {
            return new Command.Wait(draw.pick(1, 1, 1, 2, 5, 400, 999, 1_000, 3_000));
        }
        return post();
    }

    private Command lookUp(List<String> ids) {
        return commands.size() % 3 == 0
                ? new Command.LookAtTypes(List.of(ids, List.of(ids.get(0))))
                : new Command.LookUp(ids);
    }

    private Command.Post post() {
        Long version = draw.chance(85) ? null : Math.max(0, draw.cell().catalog + draw.pick(0, 0, 0, 1, -1));
        if (posts.isEmpty() || draw.chance(70)) {
            String key = "k" + posts.size();
            return new Command.Post(key, key, version, legs());
        }
        Command.Post earlier = draw.chance(50) ? draw.pick(posts) : posts.get(posts.size() - 1);
        return new Command.Post(
                earlier.key(),
                draw.chance(80) ? earlier.fingerprint() : "other",
                draw.chance(50) ? earlier.catalogVersion() : version,
                draw.chance(70) ? earlier.legs() : legs());
    }

    private List<Leg> legs() {
        int count = draw.pick(1, 1, 1, 1, 2, 2, 2, 3, 3, draw.between(4, 6));
        boolean distinct = draw.chance(98);
        List<Leg> legs = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        if (draw.chance(12)) {
            legs.addAll(draw.checkout());
            count += draw.pick(0, 0, 1) * legs.size();
            legs.forEach(leg -> keys.addAll(LegKinds.of(leg).keysOf(leg)));
        }
        for (int tries = 0; legs.size() < count && tries < 50; tries++) {
            LegKind<?> kind = kind();
            Leg leg = kind.draw(draw);
            List<String> touched = kind.keysOf(leg);
            if (!distinct || touched.stream().noneMatch(keys::contains)) {
                keys.addAll(touched);
                legs.add(leg);
            }
        }
        return legs;
    }

    private LegKind<?> kind() {
        int at = draw.between(
                1, LegKinds.ALL.stream().mapToInt(kind -> kind.weight).sum());
        for (LegKind<?> kind : LegKinds.ALL) {
            at -= kind.weight;
            if (at <= 0) {
                return kind;
            }
        }
        throw new IllegalStateException("weights");
    }
}
