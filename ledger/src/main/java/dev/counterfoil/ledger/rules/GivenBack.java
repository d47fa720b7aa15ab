package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.FollowLeg;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Lot;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.rules.Redeemed.Line;
import dev.counterfoil.ledger.rules.Redeemed.Payer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * The legs that give parts of a redemption back to where they came from: last taken, first returned, among the payers of an
 * asset, the lots of a payer and the codes of a line. So what returns to whom follows from how much returned before, and two
 * halves return what the whole would have.
 */
public final class GivenBack {
    private static final Set<CardState> ANY = EnumSet.allOf(CardState.class);

    private final Redeemed redeemed;
    private final Map<String, Long> before;
    private final Map<String, Long> now;

    /**
     * @param before by part, what was given back before
     * @param now by part, what is given back now
     */
    public GivenBack(Redeemed redeemed, Map<String, Long> before, Map<String, Long> now) {
        this.redeemed = redeemed;
        this.before = before;
        this.now = now;
    }

    /** Every part with what was and what is given back of it, for a {@link FollowLeg}. */
    public List<FollowLeg.Part> parts() {
        List<FollowLeg.Part> parts = new ArrayList<>();
        redeemed.wholes()
                .forEach((name, whole) -> parts.add(new FollowLeg.Part(name, of(before, name), of(now, name), whole)));
        return parts;
    }

    /** Every part with what is given back of it now, 0 for those that are not named. */
    public SortedMap<String, Long> wholly(Map<String, Long> named) {
        SortedMap<String, Long> all = redeemed.wholes();
        all.replaceAll((part, whole) -> of(named, part));
        return all;
    }

    /** The legs of a reversal; delivered codes return to their pool only where {@code returnCodes}. */
    public List<Leg> reversal(ReversalPolicy policy, boolean returnCodes) {
        List<Leg> legs = toThePayers(policy);
        legs.addAll(toStock());
        legs.addAll(returnCodes ? toThePools() : List.of());
        legs.addAll(toTheLimits());
        return legs;
    }

    /** The legs that end a hold; its codes were shown to nobody, so those that are not kept return to their pool. */
    public List<Leg> endOfHold() {
        List<Leg> legs = endingTheHold();
        legs.addAll(toStock());
        legs.addAll(toThePools());
        legs.addAll(toTheLimits());
        return legs;
    }

    /** The value returns to its payers, and nothing of it is held any more, whatever state they are in. */
    private List<Leg> endingTheHold() {
        List<Leg> legs = new ArrayList<>();
        forEachPayer((payer, skipped, amount) -> legs.add(
                payer.typeToken() == null
                        ? account(payer, skipped, amount, false).aside(payer.amount())
                        : card(payer, amount, ANY, false).aside(payer.amount())));
        return legs;
    }

    /** The value returns to those of its payers whose turn it is. */
    private List<Leg> toThePayers(ReversalPolicy policy) {
        List<Leg> legs = new ArrayList<>();
        forEachPayer((payer, skipped, amount) -> {
            if (amount > 0) {
                legs.add(
                        payer.typeToken() == null
                                ? account(payer, skipped, amount, !policy.toFrozen())
                                : card(payer, amount, policy.cardStates(), !policy.toExpired()));
            }
        });
        return legs;
    }

    /** Told of every payer, those who paid last first. */
    private interface EachPayer {
        /** @param skipped of what it paid, what returned before */
        void take(Payer payer, long skipped, long amount);
    }

    private void forEachPayer(EachPayer each) {
        Map<String, Long> returned = new HashMap<>(before);
        Map<String, Long> returning = new HashMap<>(now);
        List<Payer> lastFirst = new ArrayList<>(redeemed.payers());
        Collections.reverse(lastFirst);
        for (Payer payer : lastFirst) {
            String part = Redeemed.amountOf(payer.asset());
            long skipped = Math.min(of(returned, part), payer.amount());
            long amount = Math.min(of(returning, part), payer.amount() - skipped);
            returned.put(part, of(returned, part) - skipped);
            returning.put(part, of(returning, part) - amount);
            each.take(payer, skipped, amount);
        }
    }

    private static CardLeg card(Payer payer, long amount, Set<CardState> states, boolean refuseExpired) {
        return new CardLeg(
                List.of(payer.id()),
                null,
                states,
                refuseExpired,
                1,
                List.of(new Price(String.valueOf(payer.typeToken()), amount)),
                null,
                null);
    }

    private static AccountLeg account(Payer payer, long skipped, long amount, boolean refuseFrozen) {
        String lots = Lot.text(lastTaken(payer.lots(), skipped, amount));
        return new AccountLeg(payer.id(), payer.asset(), 1, amount, refuseFrozen, false, null, null).lots(lots);
    }

    /** Of lots in the order in which they were taken, those that come to {@code amount} from the end, leaving out {@code skipped}. */
    static List<Lot> lastTaken(List<Lot> taken, long skipped, long amount) {
        List<Lot> lots = new ArrayList<>();
        long skip = skipped;
        long left = amount;
        for (int i = taken.size() - 1; i >= 0 && left > 0; i--) {
            Lot lot = taken.get(i);
            long part = Math.min(left, lot.amount() - Math.min(skip, lot.amount()));
            skip -= Math.min(skip, lot.amount());
            left -= part;
            if (part > 0) {
                lots.add(new Lot(lot.expiresAtMs(), lot.tag(), part));
            }
        }
        return lots;
    }

    /** Units return to stock, whether or not their sale is open. */
    private List<Leg> toStock() {
        List<Leg> legs = new ArrayList<>();
        for (Line line : redeemed.lines()) {
            long units = of(now, Redeemed.unitsOf(line.sku()));
            if (line.counted() && units > 0) {
                legs.add(new StockLeg(line.sku(), units, 0, 0));
            }
        }
        return legs;
    }

    /** The codes that were taken last return to their pools. */
    private List<Leg> toThePools() {
        List<Leg> legs = new ArrayList<>();
        for (Line line : redeemed.lines()) {
            int units = (int) of(now, Redeemed.unitsOf(line.sku()));
            // None is left where a hold is ended that was ended before: the script says so, or repeats its answer.
            int end = Math.max(0, line.codes().size() - (int) of(before, Redeemed.unitsOf(line.sku())));
            int start = Math.max(0, end - units);
            if (start < end) {
                legs.add(new CodesAddLeg(line.sku(), line.codes().subList(start, end), true));
            }
        }
        return legs;
    }

    /** Limits count the units no longer: on the counters of their own day, as far as those are still there. */
    private List<Leg> toTheLimits() {
        long all = redeemed.lines().stream()
                .mapToLong(line -> of(now, Redeemed.unitsOf(line.sku())))
                .sum();
        List<Leg> legs = new ArrayList<>();
        for (Redeemed.Counter counter : redeemed.counters()) {
            long units = counter.sku().isEmpty() ? all : of(now, Redeemed.unitsOf(counter.sku()));
            if (units > 0) {
                legs.add(new QuotaLeg(
                        "returned", counter.key(), -units, Amounts.MAX, 0, 0, counter.expiresAtMs(), true));
            }
        }
        return legs;
    }

    private static long of(Map<String, Long> parts, String name) {
        return parts.getOrDefault(name, 0L);
    }
}
