package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Price;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random parts of legs: few keys, so that they collide, and figures about what the cell holds, so that bounds are hit. */
final class Draw {
    static final List<String> TYPES = List.of("gift:CNY", "gift:points", "vip:CNY");

    private static final List<String> CARDS =
            IntStream.range(0, 14).mapToObj(n -> SampleLegs.id("c" + n)).toList();
    static final long FAR_MS = 7_000_000_000_000L;

    private final SplittableRandom random;
    private final ReferenceTrial trial;
    private final Timing timing;
    private int codes;

    Draw(long seed, ReferenceTrial trial, Timing timing) {
        this.random = new SplittableRandom(seed);
        this.trial = trial;
        this.timing = timing;
    }

    ReferenceCell cell() {
        return trial.held();
    }

    long nowMs() {
        return trial.nowMs();
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** A number in {@code least..most}. */
    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    @SafeVarargs
    final <T> T pick(T... from) {
        return from[random.nextInt(from.length)];
    }

    <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** An item with a pool. */
    String sku() {
        return pick("video", "music");
    }

    String account() {
        return pick("u_1", "u_2", "u \"3\"");
    }

    /** Dues and those who pay them, rarely one too few or too many. */
    List<Leg> checkout() {
        int payers = pick(1, 2, 2, 3);
        List<Leg> legs = new ArrayList<>();
        legs.add(DueKind.of(this, chance(95) ? payers : between(1, 3)));
        for (int payer = 0; payer < payers; payer++) {
            legs.add(
                    chance(65)
                            ? CardKind.paying(this)
                            : AccountLeg.pays(account(), pick("CNY", "points"), Price.DRAWN));
        }
        if (chance(97)) {
            legs.add(PaidKind.of(this, 35));
        }
        return legs;
    }

    /** One to three candidates, mostly one that exists. */
    List<String> cardIds() {
        List<String> ids = new ArrayList<>();
        for (int left = chance(75) ? 1 : between(2, 3); left > 0; left--) {
            List<String> there = CARDS.stream()
                    .filter(id -> cell().has(CardKind.PREFIX + id, nowMs()))
                    .toList();
            ids.add(there.isEmpty() || chance(15) ? pick(CARDS) : pick(there));
        }
        return chance(97) ? ids.stream().distinct().toList() : ids;
    }

    /** Mostly one that does not exist yet. */
    String newCardId() {
        List<String> free = CARDS.stream()
                .filter(id -> !cell().has(CardKind.PREFIX + id, nowMs()))
                .toList();
        return free.isEmpty() || chance(15) ? pick(CARDS) : pick(free);
    }

    /** A code that was not drawn before. */
    String code() {
        codes++;
        return "cd" + codes + ":key1.sealed-" + codes;
    }

    long amount() {
        return pick(
                1L,
                10L,
                30L,
                50L,
                100L,
                100L,
                500L,
                99_999_999_999_999L,
                100_000_000_000_000L,
                1_000_000_000_000_001L,
                Amounts.MAX - 2,
                Amounts.MAX - 1,
                Amounts.MAX);
    }

    /** Mostly small; else {@code value} or a figure beside it; in 0..2^53−1. */
    long near(long value) {
        long drawn =
                chance(65) ? between(0, 6) : chance(70) ? value + between(-1, 1) : chance(50) ? value / 2 : amount();
        return Math.max(0, Math.min(Amounts.MAX, drawn));
    }

    /** Of what is set aside: what the leg takes, or about what there is. */
    long aside(long there) {
        return chance(60) ? Leg.ASIDE_AMOUNT : near(there);
    }

    /** How long a hold lasts: by a controlled clock often until the next time the clock moves. */
    long lasting() {
        return timing == Timing.REAL ? 3_600_000L : pick(1L, 2L, 5L, 400L, 1_000L, 3_000L, 10_000L);
    }

    /** One to three lots. */
    String lots() {
        StringBuilder lots = new StringBuilder();
        for (int left = pick(1, 1, 2, 3); left > 0; left--) {
            lots.append(pick(0L, 0L, instant(), instant()))
                    .append(':')
                    .append(pick("paid", "bonus", "-"))
                    .append(':')
                    .append(chance(99) ? between(1, 9) : 0)
                    .append(';');
        }
        return lots.toString();
    }

    /** None, past, or to come; by a controlled clock also this very moment and those beside it. */
    long instant() {
        if (timing == Timing.REAL) {
            return pick(0L, 1L, 1_000L, FAR_MS, FAR_MS + 1);
        }
        return pick(0L, 1L, FAR_MS, nowMs() - 1, nowMs(), nowMs() + 1, nowMs() + 2, nowMs() + between(1, 3_000));
    }
}
