package dev.counterfoil.loadtest.crash;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds what clients were told against what PostgreSQL holds once everything is settled. Each list names what is wrong, one
 * line each.
 *
 * @param acknowledged operations that were told to be posted
 * @param resolved operations that once got no answer and have their final one now
 * @param lost told to be posted and not there, or not as told
 * @param doubled there more often than told, or there although refused
 * @param unresolved without a final answer
 * @param wrong answered as the contract does not allow
 */
record Verdict(
        int acknowledged,
        int resolved,
        List<String> lost,
        List<String> doubled,
        List<String> unresolved,
        List<String> wrong) {
    private static final String LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int SEQUENCE_LETTERS = 11;

    /** @param rows every transaction since before the first of {@code operations} */
    static Verdict of(List<Operation> operations, List<Settled.Row> rows) {
        Books books = new Books(rows);
        List<String> lost = new ArrayList<>();
        List<String> doubled = new ArrayList<>();
        List<String> unresolved = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        int acknowledged = 0;
        int resolved = 0;
        for (Operation operation : operations) {
            resolved += operation.wasResolved() ? 1 : 0;
            int found = books.count(operation);
            switch (operation.state()) {
                case OPEN -> unresolved.add(operation.toString());
                case WRONG -> wrong.add(operation + " answered " + operation.answer());
                case POSTED -> {
                    acknowledged++;
                    if (!books.hold(operation)) {
                        lost.add(operation + ", told to be " + operation.id());
                    }
                }
                case REFUSED -> {
                    if (found > 0) {
                        doubled.add(operation + " was refused, and posted " + found + " times");
                    }
                }
            }
            if (found > 1) {
                doubled.add(operation + " posted " + found + " times");
            }
        }
        return new Verdict(acknowledged, resolved, lost, doubled, unresolved, wrong);
    }

    /** Adds what cards and items of the books differ in from what the answers add up to. */
    Verdict andBalances(ClientBooks client, long face, Map<String, Long> balances, Map<String, Long> units) {
        List<String> moreLost = new ArrayList<>(lost);
        List<String> moreDoubled = new ArrayList<>(doubled);
        balances.forEach((card, balance) -> compare(card, face - client.spent(card), balance, moreLost, moreDoubled));
        client.units()
                .forEach((sku, expected) ->
                        compare("item " + sku, expected, units.getOrDefault(sku, 0L), moreLost, moreDoubled));
        return new Verdict(acknowledged, resolved, moreLost, moreDoubled, unresolved, wrong);
    }

    /** Adds answers that were not repeated when they were asked for again. */
    Verdict andReplays(List<String> differing) {
        List<String> more = new ArrayList<>(wrong);
        more.addAll(differing);
        return new Verdict(acknowledged, resolved, lost, doubled, unresolved, more);
    }

    boolean good() {
        return acknowledged > 0 && lost.isEmpty() && doubled.isEmpty() && unresolved.isEmpty() && wrong.isEmpty();
    }

    private static void compare(String what, long expected, long found, List<String> lost, List<String> doubled) {
        if (found != expected) {
            (found > expected ? lost : doubled)
                    .add(what + " stands at " + found + ", by the answers it should at " + expected);
        }
    }

    /** The sequence in an id such as {@code tx_000000000001A}; 0 when it is none. */
    static long sequence(String id) {
        if (!id.startsWith("tx_") || id.length() < SEQUENCE_LETTERS) {
            return 0;
        }
        long sequence = 0;
        for (char letter : id.substring(id.length() - SEQUENCE_LETTERS).toCharArray()) {
            int digit = LETTERS.indexOf(letter);
            if (digit < 0) {
                return 0;
            }
            sequence = sequence << 5 | digit;
        }
        return sequence;
    }

    /** The settled rows by what operations are found by. */
    private static final class Books {
        private final Map<Long, Settled.Row> bySequence = new HashMap<>();
        private final Map<String, Integer> counts = new HashMap<>();

        Books(List<Settled.Row> rows) {
            for (Settled.Row row : rows) {
                bySequence.put(row.sequence(), row);
                counts.merge(row.type() + " " + (row.of() == null ? row.reference() : row.of()), 1, Integer::sum);
            }
        }

        /** How often it is there. A step follows its redemption once, a redemption has a reference of its own. */
        int count(Operation operation) {
            Operation.Kind kind = operation.kind();
            if (kind.isStep()) {
                return counts.getOrDefault(
                        kind.type() + " " + operation.origin().id(), 0);
            }
            return counts.getOrDefault(kind.type() + " " + operation.key(), 0);
        }

        /** Whether it is there as it was told. */
        boolean hold(Operation operation) {
            Operation.Kind kind = operation.kind();
            if (kind == Operation.Kind.CAPTURE || kind == Operation.Kind.RELEASE) {
                // The answer shows the redemption; the step has no id of its own.
                return count(operation) > 0;
            }
            Settled.Row row = bySequence.get(sequence(operation.id()));
            if (row == null || !row.type().equals(kind.type()) || row.atMs() != createdAtMs(operation)) {
                return false;
            }
            return kind.isStep()
                    ? operation.origin().id().equals(row.of())
                    : operation.key().equals(row.reference());
        }

        private static long createdAtMs(Operation operation) {
            return Instant.parse(operation.json().path("created_at").asText()).toEpochMilli();
        }
    }
}
