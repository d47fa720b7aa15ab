package dev.counterfoil.loadtest.auditor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The cell counted again, transaction by transaction, from what each asked for and what it says became of it. What a
 * result claims is compared with what it should be, and then the count goes on from the right value.
 */
final class Recount {
    private static final Set<String> AFTER_SALE = Set.of("reversal", "capture", "release", "expiry");

    /** A quota's counter; it starts again at 0 once {@code expiresAtMs} has passed (0 = never). */
    record Counter(long used, long expiresAtMs) {
        boolean lapsed(long nowMs) {
            return expiresAtMs > 0 && expiresAtMs <= nowMs;
        }
    }

    /** A code that left its pool. */
    record Delivered(String sku, String sealed, long sequence) {}

    /** What a transaction must have left in the books; {@code cards} are those it moved, not those it issued. */
    record Entry(List<Posting> postings, Set<String> cards) {}

    /** @param sums what is due within the transaction, and what was given to it */
    private record Step(Recorded transaction, String type, long atMs, Entry entry, long[] sums) {
        void owe(long amount) {
            sums[0] = Math.addExact(sums[0], amount);
        }

        void give(long amount) {
            sums[1] = Math.addExact(sums[1], amount);
        }

        void post(String debit, String credit, String asset, long amount) {
            if (amount != 0) {
                entry.postings().add(new Posting(debit, credit, asset, amount));
            }
        }
    }

    private final Report report;
    private final Map<String, IssuedCard> cards = new HashMap<>();
    private final Map<String, Long> holders = new HashMap<>();
    private final Map<String, Long> units = new HashMap<>();
    private final Map<String, ArrayDeque<String>> pools = new HashMap<>();
    private final Map<String, Delivered> delivered = new HashMap<>();
    private final Map<String, Counter> quotas = new HashMap<>();
    private final Accounts accounts = new Accounts();
    private final Aftermath aftermath;

    Recount(Report report) {
        this.report = report;
        this.aftermath = new Aftermath(report);
    }

    /** Sequences of holds that nothing closed. */
    Set<Long> openHolds() {
        return aftermath.openHolds();
    }

    Map<String, IssuedCard> cards() {
        return cards;
    }

    /** What holders have, by {@code account:<asset>:<id>}. */
    Map<String, Long> holders() {
        return holders;
    }

    long units(String sku) {
        return units.getOrDefault(sku, 0L);
    }

    Map<String, Long> units() {
        return units;
    }

    /** Ids of the codes in a pool, the next first. */
    List<String> pool(String sku) {
        return List.copyOf(pools.getOrDefault(sku, new ArrayDeque<>()));
    }

    Set<String> pools() {
        return pools.keySet();
    }

    /** By code id. */
    Map<String, Delivered> delivered() {
        return delivered;
    }

    Map<String, Counter> quotas() {
        return quotas;
    }

    Accounts accounts() {
        return accounts;
    }

    /** Counts the next transaction. Throws {@link Recorded.Malformed}. */
    Entry post(Recorded transaction) {
        Entry entry = new Entry(new ArrayList<>(), new TreeSet<>());
        Step step = new Step(transaction, transaction.type(), transaction.atMs(), entry, new long[2]);
        Iterator<JsonNode> results = transaction.results();
        Iterator<JsonNode> legs = transaction.legs();
        while (legs.hasNext() && results.hasNext()) {
            leg(step, legs.next(), results.next());
        }
        if (legs.hasNext() || results.hasNext()) {
            throw new Recorded.Malformed("there are not as many results as legs");
        }
        aftermath.end(transaction);
        entry.postings().forEach(accounts::add);
        return entry;
    }

    private void leg(Step step, JsonNode leg, JsonNode result) {
        String kind = Recorded.text(leg, 0);
        switch (kind) {
            case "card" -> card(step, leg, result);
            case "new_card" -> newCard(step, leg);
            case "account" -> account(step, leg, result);
            case "due" -> due(step, leg);
            case "paid" -> paid(step, leg, result);
            case "stock" -> stock(step, leg, result);
            case "codes" -> codes(step, leg, result);
            case "codes_add" -> codesAdd(step, leg, result);
            case "codes_back" -> codesBack(step, leg, result);
            case "hold" -> aftermath.hold(step.transaction(), Recorded.whole(leg, 1));
            case "follow" -> aftermath.follow(step.transaction(), leg, result);
            case "quota" -> quota(step, leg, result);
            default -> throw new Recorded.Malformed("a leg of kind " + kind + " is not known");
        }
    }

    private void newCard(Step step, JsonNode leg) {
        String id = Recorded.text(leg, 1);
        long amount = Recorded.whole(leg, 5);
        Card card = new Card(
                Recorded.text(leg, 2),
                Recorded.text(leg, 3),
                Recorded.text(leg, 4),
                amount,
                Recorded.text(leg, 6),
                Recorded.whole(leg, 7));
        IssuedCard before = cards.put(
                id,
                new IssuedCard(
                        card, amount, Recorded.text(leg, 8), step.transaction().sequence()));
        claim(step, before == null, "card " + id + " is issued again");
        step.post("issued", "card:" + id, card.asset(), amount);
    }

    private void card(Step step, JsonNode leg, JsonNode result) {
        long sign = Recorded.whole(leg, 1);
        String id = Recorded.text(result, 0);
        long amount = Recorded.whole(result, 4);
        String state = Recorded.text(result, 6);
        IssuedCard issued = cards.get(id);
        if (issued == null) {
            claim(step, false, "card " + id + " was never issued");
            return;
        }
        Card before = issued.card();
        long expiresAtMs = result.size() > 7 ? Recorded.whole(result, 7) : before.expiresAtMs();
        String aside = leg.size() > 2 ? Recorded.text(leg, 2) : "";
        Card after = before.moved(before.balance() + sign * amount, state)
                .until(expiresAtMs)
                .holding(before.held() + asideDelta(aside, amount));
        Card claimed = new Card(
                Recorded.text(result, 1),
                Recorded.text(result, 2),
                Recorded.text(result, 3),
                Recorded.whole(result, 5),
                state,
                expiresAtMs,
                after.held());
        claim(step, after.equals(claimed), "card " + id + " says " + claimed + ", counted " + after);
        notNegative(step, "card " + id, after.balance());
        notNegative(step, "what is held of card " + id, after.held());
        cards.put(id, issued.with(after));
        step.entry().cards().add(id);
        moved(step, "card:" + id, before.asset(), sign, amount, aside);
        aftermath.moved(step.transaction(), "card:" + id, before.asset(), sign, amount);
        price(step, before.asset(), amount);
    }

    private static long asideDelta(String aside, long amount) {
        return aside.isEmpty() ? 0 : aside.equals("+") ? amount : -Long.parseLong(aside);
    }

    /** Value that is held moves between a balance and what is held of it; what leaves the hold and does not return is spent. */
    private static void moved(Step step, String name, String asset, long sign, long amount, String aside) {
        if (aside.isEmpty()) {
            if (sign != 0 && amount != 0) {
                String other = counterpart(step.type(), sign);
                step.post(sign < 0 ? name : other, sign < 0 ? other : name, asset, amount);
            }
            return;
        }
        String held = "held:" + name;
        step.post(sign < 0 ? name : held, sign < 0 ? held : name, asset, amount);
        if (!aside.equals("+")) {
            step.post(held, "redeemed", asset, Long.parseLong(aside) - amount);
        }
    }

    /** What is due is what the lines cost, each in the asset it is paid in, or the order's amount. */
    private void due(Step step, JsonNode leg) {
        List<Long> due = new ArrayList<>();
        for (int i = 1; i < leg.size(); i++) {
            due.add(Recorded.whole(leg, i));
            step.owe(due.get(i - 1));
        }
        List<Long> asked = step.transaction().asked();
        claim(step, due.equals(asked), "due were " + due + ", asked for " + asked);
    }

    /** A holder's balance of one asset. */
    private void account(Step step, JsonNode leg, JsonNode result) {
        String name = "account:" + Recorded.text(leg, 2) + ":" + Recorded.text(leg, 1);
        long sign = Recorded.whole(leg, 3);
        long amount = Recorded.whole(result, 0);
        long lapsed = result.size() > 2 ? Recorded.whole(result, 3) : 0;
        long after = holders.getOrDefault(name, 0L) + sign * amount - lapsed;
        long claimed = Recorded.whole(result, 1);
        claim(step, after == claimed, name + " says " + claimed + ", counted " + after);
        notNegative(step, name, after);
        String asset = Recorded.text(leg, 2);
        String aside = leg.size() > 6 ? Recorded.text(leg, 6) : "";
        String held = "held:" + asset + ":" + Recorded.text(leg, 1);
        holders.merge(held, asideDelta(aside, amount), Math::addExact);
        notNegative(step, held, holders.getOrDefault(held, 0L));
        if (sign != 0) {
            holders.put(name, after);
        }
        moved(step, name, asset, sign, amount, aside);
        step.post(name, "expired", asset, lapsed);
        aftermath.moved(step.transaction(), name, asset, sign, amount);
        step.give(amount);
    }

    /** What the payers gave is what was due, less what remains; nothing remains unless that was allowed. */
    private void paid(Step step, JsonNode leg, JsonNode result) {
        long remaining = 0;
        for (int i = 0; i < result.size(); i++) {
            remaining = Math.addExact(remaining, Recorded.whole(result, i));
        }
        long due = step.sums()[0];
        long given = step.sums()[1];
        long rest = remaining;
        claim(step, due - rest == given, "due was " + due + ", given " + given + ", and " + rest + " remains");
        claim(step, rest == 0 || Recorded.whole(leg, 1) == 1, rest + " remains of what had to be paid");
        boolean mayBeNothing = leg.size() > 2 && Recorded.whole(leg, 2) == 1;
        claim(step, given > 0 || mayBeNothing, "nothing was paid");
    }

    /** What a single card pays is what the lines cost. */
    private void price(Step step, String asset, long amount) {
        Recorded transaction = step.transaction();
        step.give(amount);
        if (step.type().equals("redemption") && transaction.count("card") == 1 && transaction.count("due") == 0) {
            long price = transaction.price(asset);
            claim(step, price == amount, "the lines cost " + price + " " + asset + ", the card paid " + amount);
        }
    }

    /** The account that a card's value goes to, or comes from. */
    private static String counterpart(String type, long sign) {
        return switch (type) {
            case "redemption" -> "redeemed";
            case "reversal" -> sign < 0 ? "void" : "redeemed";
            case "adjustment" -> "adjusted";
            default -> throw new Recorded.Malformed("a card moves in a transaction of type " + type);
        };
    }

    private void stock(Step step, JsonNode leg, JsonNode result) {
        String sku = Recorded.text(leg, 1);
        long delta = Recorded.whole(leg, 2);
        long after = units(sku) + delta;
        long claimed = Recorded.whole(result, 0);
        claim(step, after == claimed, "item " + sku + " says " + claimed + " units, counted " + after);
        notNegative(step, "item " + sku, after);
        units.put(sku, after);
        if (delta != 0) {
            sold(step, sku, -delta);
        }
        boolean sale = AFTER_SALE.contains(step.type()) || step.type().equals("redemption");
        String other = sale ? "sold" : "stock-in";
        if (delta < 0) {
            step.post("stock:" + sku, other, "unit:" + sku, -delta);
        } else {
            step.post(other, "stock:" + sku, "unit:" + sku, delta);
        }
    }

    /** What a redemption takes of an item is what its line says. */
    private void sold(Step step, String sku, long count) {
        if (step.type().equals("redemption")) {
            long quantity = step.transaction().quantity(sku);
            claim(step, quantity == count, "the lines name " + quantity + " of " + sku + ", " + count + " were taken");
        }
    }

    private void codes(Step step, JsonNode leg, JsonNode result) {
        String sku = Recorded.text(leg, 1);
        long count = -Recorded.whole(leg, 2);
        sold(step, sku, count);
        claim(step, result.size() == count, "item " + sku + ": " + count + " codes asked, " + result.size() + " taken");
        ArrayDeque<String> pool = pools.computeIfAbsent(sku, any -> new ArrayDeque<>());
        for (int i = 0; i < result.size(); i++) {
            String taken = Recorded.text(result, i);
            String id = taken.substring(0, Math.max(0, taken.indexOf(':')));
            String next = pool.poll();
            claim(step, id.equals(next), "code " + id + " of " + sku + " was taken, the next was " + next);
            Delivered again = delivered.put(
                    id,
                    new Delivered(
                            sku,
                            taken.substring(id.length() + 1),
                            step.transaction().sequence()));
            report.expect(
                    Check.CODES,
                    again == null,
                    () -> "code " + id + " of " + sku + " was delivered twice: sequences "
                            + (again == null ? "" : again.sequence()) + " and "
                            + step.transaction().sequence());
        }
        step.post("codes:" + sku, "delivered", "code:" + sku, count);
    }

    private void codesAdd(Step step, JsonNode leg, JsonNode result) {
        String sku = Recorded.text(leg, 1);
        long count = Recorded.whole(leg, 2);
        ArrayDeque<String> pool = pools.computeIfAbsent(sku, any -> new ArrayDeque<>());
        for (int i = 3; i < leg.size(); i++) {
            pool.add(Recorded.text(leg, i));
        }
        claim(step, leg.size() - 3 == count, "item " + sku + ": " + count + " codes, " + (leg.size() - 3) + " ids");
        long claimed = Recorded.whole(result, 0);
        claim(step, pool.size() == claimed, "pool " + sku + " says " + claimed + " codes, counted " + pool.size());
        step.post("codes-in", "codes:" + sku, "code:" + sku, count);
    }

    /** Codes that were taken before return to the end of their pool. */
    private void codesBack(Step step, JsonNode leg, JsonNode result) {
        String sku = Recorded.text(leg, 1);
        long count = Recorded.whole(leg, 2);
        ArrayDeque<String> pool = pools.computeIfAbsent(sku, any -> new ArrayDeque<>());
        for (int i = 3; i < leg.size(); i++) {
            String id = Recorded.text(leg, i);
            Delivered taken = delivered.remove(id);
            report.expect(
                    Check.CODES,
                    taken != null && taken.sku().equals(sku),
                    () -> "code " + id + " of " + sku + " returns and was never taken");
            pool.add(id);
        }
        long claimed = Recorded.whole(result, 0);
        claim(step, leg.size() - 3 == count, "item " + sku + ": " + count + " codes, " + (leg.size() - 3) + " ids");
        claim(step, pool.size() == claimed, "pool " + sku + " says " + claimed + " codes, counted " + pool.size());
        step.post("delivered", "codes:" + sku, "code:" + sku, count);
    }

    private void quota(Step step, JsonNode leg, JsonNode result) {
        String key = Recorded.text(leg, 1);
        Counter before = quotas.getOrDefault(key, new Counter(0, 0));
        long used = before.lapsed(step.atMs()) ? 0 : before.used();
        long after = used + Recorded.whole(leg, 2);
        long claimed = Recorded.whole(result, 0);
        // Only these kinds may take less than they ask for: what the limit leaves, or what is there to give back.
        boolean clamped = (step.type().equals("adjustment") || AFTER_SALE.contains(step.type()))
                && claimed >= Math.min(used, after)
                && claimed <= Math.max(used, after);
        claim(step, after == claimed || clamped, "quota " + key + " says " + claimed + " used, counted " + after);
        long reached = clamped ? claimed : after;
        notNegative(step, "quota " + key, reached);
        quotas.put(key, new Counter(reached, Recorded.whole(leg, 3)));
    }

    private void claim(Step step, boolean right, String row) {
        report.expect(
                Check.ARITHMETIC, right, () -> "sequence " + step.transaction().sequence() + ": " + row);
    }

    private void notNegative(Step step, String what, long value) {
        report.expect(
                Check.NEGATIVE,
                value >= 0,
                () -> "sequence " + step.transaction().sequence() + " leaves " + what + " at " + value);
    }
}
