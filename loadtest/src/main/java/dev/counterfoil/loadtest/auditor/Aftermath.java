package dev.counterfoil.loadtest.auditor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What followed redemptions, counted again: each hold ends once and in its time, and of no part of a redemption, nor to anyone
 * who paid, is more given back than there was.
 */
final class Aftermath {
    private final Report report;
    private final Map<Long, Long> deadlines = new HashMap<>();

    /** By redemption: who paid what, by {@code <name> <asset>}; and every part, by its name. */
    private final Map<Long, Map<String, Long>> paid = new HashMap<>();

    private final Map<Long, Map<String, Long>> returned = new HashMap<>();

    /** Of the transaction under count: what its follow leg says returns of each asset, and what did. */
    private Map<String, Long> announced = new TreeMap<>();

    private Map<String, Long> given = new TreeMap<>();
    private long follows;

    Aftermath(Report report) {
        this.report = report;
    }

    Set<Long> openHolds() {
        return new TreeSet<>(deadlines.keySet());
    }

    void hold(Recorded transaction, long ms) {
        deadlines.put(transaction.sequence(), transaction.atMs() + ms);
    }

    /** A follow leg stands before the legs that give back: {@code of, closing, state, expires, then part, delta, whole}. */
    void follow(Recorded transaction, JsonNode leg, JsonNode result) {
        follows = Recorded.whole(leg, 1);
        String closing = Recorded.text(leg, 2);
        if (!closing.isEmpty()) {
            Long deadline = deadlines.remove(follows);
            expect(transaction, deadline != null, "the hold of " + follows + " is not open");
            boolean over = deadline != null && transaction.atMs() >= deadline;
            expect(transaction, !(closing.equals("c") && over), "the hold of " + follows + " is captured too late");
            expect(transaction, !closing.equals("x") || over, "the hold of " + follows + " lapses too early");
        }
        Map<String, Long> before = returned.computeIfAbsent(follows, any -> new HashMap<>());
        for (int i = 5, part = 0; i + 2 < leg.size(); i += 3, part++) {
            String name = Recorded.text(leg, i);
            long delta = Recorded.whole(leg, i + 1);
            long whole = Recorded.whole(leg, i + 2);
            long after = before.merge(name, delta, Math::addExact);
            long claimed = Recorded.whole(result, part);
            long was = paid.getOrDefault(follows, Map.of()).getOrDefault(name, 0L);
            expect(transaction, after == claimed, name + " of " + follows + " says " + claimed + ", counted " + after);
            expect(transaction, whole == was, name + " of " + follows + " was " + was + ", not " + whole);
            expect(
                    transaction,
                    after <= was,
                    after + " of " + name + " of " + follows + " is given back, " + was + " was");
            if (name.startsWith("a:") && delta > 0) {
                announced.merge(name.substring(2), delta, Math::addExact);
            }
        }
    }

    /** A card's or an account's balance of an asset moves. */
    void moved(Recorded transaction, String name, String asset, long sign, long amount) {
        if (transaction.type().equals("redemption")) {
            Map<String, Long> parts = paid.computeIfAbsent(transaction.sequence(), any -> new HashMap<>());
            parts.merge("a:" + asset, amount, Math::addExact);
            parts.merge(name + " " + asset, amount, Math::addExact);
        } else if (follows > 0 && sign > 0 && amount > 0) {
            given.merge(asset, amount, Math::addExact);
            String payer = name + " " + asset;
            long back =
                    returned.computeIfAbsent(follows, any -> new HashMap<>()).merge(payer, amount, Math::addExact);
            long was = paid.getOrDefault(follows, Map.of()).getOrDefault(payer, 0L);
            expect(transaction, back <= was, name + " gets " + back + " back of " + follows + ", it paid " + was);
        }
    }

    /** The transaction is counted. */
    void end(Recorded transaction) {
        if (transaction.type().equals("redemption")) {
            Map<String, Long> parts = paid.computeIfAbsent(transaction.sequence(), any -> new HashMap<>());
            transaction.quantities().forEach((sku, quantity) -> parts.put("i:" + sku, quantity));
        }
        if (follows > 0) {
            expect(transaction, given.equals(announced), "gives back " + given + ", says " + announced);
        }
        announced = new TreeMap<>();
        given = new TreeMap<>();
        follows = 0;
    }

    private void expect(Recorded transaction, boolean right, String row) {
        report.expect(Check.HOLDS, right, () -> "sequence " + transaction.sequence() + ": " + row);
    }
}
