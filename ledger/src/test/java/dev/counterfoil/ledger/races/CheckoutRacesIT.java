package dev.counterfoil.ledger.races;

import static dev.counterfoil.ledger.races.TwoLedgers.redemption;
import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.DueLeg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.PaidLeg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.model.SampleLegs;
import dev.counterfoil.ledger.redis.RedisKeys;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * A checkout of two items that two cards and an account's points pay, within a limit, races with rivals for each of its parts.
 * It posts or refuses as one. Another run: {@code -Draces.seed=…}.
 */
class CheckoutRacesIT {
    private static final long SEED = Long.getLong("races.seed", System.nanoTime() >>> 10);
    private static final long FACE = 100_000;
    private static final long POINTS = 2_000;
    private static final long UNITS = 30;
    private static final long MOST_CHECKOUTS = 5;
    private static final int EACH = 40;

    private static TwoLedgers ledgers;

    @BeforeAll
    static void open() {
        System.out.println("races.seed=" + SEED);
        ledgers = new TwoLedgers();
    }

    @AfterAll
    static void close() {
        ledgers.close();
    }

    /** Who races: the whole, and rivals for its parts. */
    private enum Racer {
        CHECKOUT,
        ONE_CARD_AND_CRAB,
        OTHER_CARD_AND_TEA,
        POINTS_ALONE,
        CRAB_ALONE
    }

    @RepeatedTest(8)
    void a_checkout_and_rivals_for_each_of_its_parts_post_or_refuse_as_one(RepetitionInfo repetition) {
        Random random = new Random(SEED + repetition.getCurrentRepetition());
        Cell cell = ledgers.cell();
        fill(cell);
        List<Racer> racers = new ArrayList<>();
        for (Racer racer : Racer.values()) {
            racers.addAll(Collections.nCopies(EACH, racer));
        }
        Collections.shuffle(racers, random);
        List<Outcome> outcomes = ledgers.race(racers.size(), i -> transaction(cell, racers.get(i), "racer" + i));

        Map<Racer, Long> posted = new EnumMap<>(Racer.class);
        for (int i = 0; i < racers.size(); i++) {
            posted.merge(racers.get(i), outcomes.get(i) instanceof Posted ? 1L : 0L, Long::sum);
            if (outcomes.get(i) instanceof Refused) {
                assertThat(((Refused) outcomes.get(i)).reason())
                        .isIn(Refusal.INSUFFICIENT_STOCK, Refusal.INSUFFICIENT_BALANCE, Refusal.QUOTA_EXCEEDED);
            }
        }
        System.out.println("posted of " + EACH + " each: " + posted);
        requireSums(cell, posted);
        ledgers.requireBalanced(cell);
    }

    private static void fill(Cell cell) {
        ledgers.post(
                cell,
                TransactionType.ISSUE,
                "issue",
                null,
                SampleLegs.newCard("one", FACE),
                SampleLegs.newCard("other", FACE));
        ledgers.post(
                cell,
                TransactionType.STOCKING,
                "stock",
                null,
                SampleLegs.stock("crab", UNITS),
                SampleLegs.stock("tea", UNITS));
        ledgers.post(
                cell,
                TransactionType.ADJUSTMENT,
                "points",
                "u_1",
                new AccountLeg("u_1", "points", 1, POINTS, false, false, null, null));
    }

    private static Transaction transaction(Cell cell, Racer racer, String key) {
        return switch (racer) {
            case CHECKOUT ->
                redemption(
                        cell,
                        key,
                        "u_1",
                        SampleLegs.stock("crab", -1),
                        SampleLegs.stock("tea", -2),
                        new DueLeg(List.of(17_000L, 230L), List.of(List.of(0), List.of(0), List.of(1))),
                        SampleLegs.debit("one", Price.DRAWN),
                        SampleLegs.debit("other", Price.DRAWN),
                        AccountLeg.pays("u_1", "points", Price.DRAWN),
                        new PaidLeg(false),
                        SampleLegs.quota("checkouts", 1, MOST_CHECKOUTS));
            case ONE_CARD_AND_CRAB ->
                redemption(cell, key, null, SampleLegs.stock("crab", -1), SampleLegs.debit("one", 4_100));
            case OTHER_CARD_AND_TEA ->
                redemption(cell, key, null, SampleLegs.stock("tea", -1), SampleLegs.debit("other", 5_300));
            case POINTS_ALONE -> redemption(cell, key, "u_1", AccountLeg.pays("u_1", "points", 110));
            case CRAB_ALONE -> redemption(cell, key, null, SampleLegs.stock("crab", -3));
        };
    }

    /** What is left is what there was, less what the posted ones took whole: a part of a refused one would show. */
    private static void requireSums(Cell cell, Map<Racer, Long> posted) {
        long checkouts = posted.get(Racer.CHECKOUT);
        long one = posted.get(Racer.ONE_CARD_AND_CRAB);
        long other = posted.get(Racer.OTHER_CARD_AND_TEA);
        long points = POINTS - 230 * checkouts - 110 * posted.get(Racer.POINTS_ALONE);
        long crab = UNITS - checkouts - one - 3 * posted.get(Racer.CRAB_ALONE);
        long tea = UNITS - 2 * checkouts - other;
        assertThat(checkouts).isLessThanOrEqualTo(MOST_CHECKOUTS);
        assertThat(card(cell, "one") + card(cell, "other"))
                .isEqualTo(2 * FACE - 17_000 * checkouts - 4_100 * one - 5_300 * other);
        assertThat(stored(RedisKeys.account(cell, "u_1"), "b:points")).isEqualTo(points);
        assertThat(stored(RedisKeys.item(cell, "crab"), "u")).isEqualTo(crab);
        assertThat(stored(RedisKeys.item(cell, "tea"), "u")).isEqualTo(tea);
        assertThat(stored(RedisKeys.quota(cell, "checkouts"), "")).isEqualTo(checkouts);
        assertThat(ledgers.journal(cell).transactions())
                .isEqualTo(
                        3 + posted.values().stream().mapToLong(Long::longValue).sum());
        // Rivals for one thing alone stop only where it is used up.
        assertThat(points).isBetween(0L, 109L);
        assertThat(crab).isBetween(0L, 2L);
    }

    private static long card(Cell cell, String name) {
        return stored(RedisKeys.card(cell, SampleLegs.id(name)), "b");
    }

    private static long stored(String key, String field) {
        return ledgers.stored(new JournalSums.Place(key, field));
    }
}
