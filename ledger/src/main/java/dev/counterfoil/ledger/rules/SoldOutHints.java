package dev.counterfoil.ledger.rules;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Outcome;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.Refused;
import dev.counterfoil.ledger.StockLeg;
import dev.counterfoil.ledger.Transaction;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Items of which it was heard last that there are too few, or that their sale is not open yet. Who wants one is most likely
 * refused by the first leg of his transaction, so the ledger is asked about his key and that leg alone, which costs a
 * fraction. A hint answers nothing, however old it is: the ledger does. Thread-safe.
 */
final class SoldOutHints {
    private record Wanted(Cell cell, Class<? extends Leg> kind, String sku) {}

    /** Below what anybody may want: not open. */
    private static final long NOT_OPEN = -1;

    /** How many there were; as many as the catalogs have items, at most. */
    private final Map<Wanted, Long> there = new ConcurrentHashMap<>();

    /** Whether the first leg of {@code transaction} will most likely refuse: it wants more than there was. */
    boolean likely(Transaction transaction) {
        if (there.isEmpty()) {
            return false;
        }
        Leg first = transaction.legs().get(0);
        return isTaken(first) && units(first) > there.getOrDefault(wanted(transaction.cell(), first), Long.MAX_VALUE);
    }

    /** What {@code transaction} came to. */
    void heard(Transaction transaction, Outcome outcome) {
        boolean hint = isHint(outcome);
        if (!hint && there.isEmpty()) {
            return;
        }
        List<Leg> taken =
                transaction.legs().stream().filter(SoldOutHints::isTaken).toList();
        // Which of several refused is not told.
        if (taken.size() == 1 && hint) {
            there.put(wanted(transaction.cell(), taken.get(0)), units((Refused) outcome));
        } else if (!hint) {
            taken.forEach(leg -> there.remove(wanted(transaction.cell(), leg)));
        }
    }

    private static boolean isHint(Outcome outcome) {
        return outcome instanceof Refused
                && (((Refused) outcome).reason() == Refusal.INSUFFICIENT_STOCK
                        || ((Refused) outcome).reason() == Refusal.SALE_NOT_OPEN);
    }

    private static long units(Refused refused) {
        return refused.reason() == Refusal.SALE_NOT_OPEN ? NOT_OPEN : refused.used();
    }

    private static boolean isTaken(Leg leg) {
        return leg instanceof CodesLeg || leg instanceof StockLeg && ((StockLeg) leg).delta() <= 0;
    }

    private static long units(Leg leg) {
        return leg instanceof CodesLeg ? ((CodesLeg) leg).count() : -((StockLeg) leg).delta();
    }

    private static Wanted wanted(Cell cell, Leg leg) {
        String sku = leg instanceof CodesLeg ? ((CodesLeg) leg).sku() : ((StockLeg) leg).sku();
        return new Wanted(cell, leg.getClass(), sku);
    }
}
