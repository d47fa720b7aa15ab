package dev.counterfoil.gateway.linearizability;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Histories as callers of a true number would record them, drawn from a seed and a clock of their own. */
final class RandomHistory {
    static final long START = 500;

    /** Where {@link #anyAnswers} starts. */
    static final long FEW = 3;

    private RandomHistory() {}

    /**
     * {@code calls} calls, each of which takes effect at a whole time and spans up to {@code overlap} of its neighbours' on
     * either side; the last is a read after all of them.
     */
    static List<Operation<Change>> of(Random random, int calls, int overlap) {
        List<Operation<Change>> history = new ArrayList<>();
        long number = START;
        for (int i = 0; i < calls; i++) {
            long effect = 1_000L * (i + overlap);
            long invoked = effect - random.nextInt(1_000 * overlap);
            long answered = effect + random.nextInt(1_000 * overlap);
            long delta = random.nextInt(3) == 0 ? random.nextInt(100) : -random.nextInt(200);
            boolean enough = number + delta >= 0;
            Change change;
            if (random.nextInt(5) == 0) {
                change = Change.read(number);
            } else if (!enough) {
                change = Change.lacking(delta, number);
            } else {
                number += delta;
                change = random.nextBoolean() ? Change.posted(delta, number) : Change.posted(delta);
            }
            history.add(new Operation<>(change, invoked, answered));
        }
        long end = 1_000L * (calls + 3L * overlap);
        history.add(new Operation<>(Change.read(number), end, end + 1));
        return history;
    }

    /** {@code calls} calls of random times and random answers, some without an answer: most of them explain each other badly. */
    static List<Operation<Change>> anyAnswers(Random random, int calls) {
        List<Operation<Change>> history = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            long invoked = random.nextInt(12);
            long delta = random.nextInt(5) - 3;
            int value = random.nextInt(5);
            Change change = switch (random.nextInt(6)) {
                case 0 -> Change.read(value);
                case 1 -> Change.posted(delta);
                case 2 -> Change.lacking(delta, value);
                case 3 -> Change.enough(delta);
                case 4 -> Change.unknown(delta);
                default -> Change.posted(delta, value);
            };
            boolean answered = change.answer() != Change.Answer.UNKNOWN;
            history.add(new Operation<>(change, invoked, answered ? invoked + random.nextInt(9) : Operation.NEVER));
        }
        return history;
    }
}
