package dev.counterfoil.ledger.settlement;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a transaction moves in the books, as names: two transactions of a cell that share none can be settled in either order.
 * Quotas are no part of the books.
 */
public final class TouchedObjects {
    private static final LegValues NOTHING = new LegValues(0, List.of());

    private final Set<String> objects = new TreeSet<>();

    private TouchedObjects() {}

    /** Of the transaction of that sequence; as many as can be read where its legs are not as they should be. */
    static Set<String> of(long sequence, List<LegValues> legs, List<LegValues> results) {
        TouchedObjects touched = new TouchedObjects();
        touched.objects.add(transaction(sequence));
        for (int i = 0; i < legs.size(); i++) {
            try {
                touched.leg(legs.get(i), i < results.size() ? results.get(i) : NOTHING);
            } catch (JournalFault unreadable) {
                continue;
            }
        }
        return touched.objects;
    }

    private void leg(LegValues leg, LegValues result) {
        switch (leg.text(0)) {
            case "card" -> objects.add(card(result.text(0)));
            case "new_card" -> objects.add(card(leg.text(1)));
            case "account" -> objects.add(account(leg.text(1)));
            case "stock", "codes", "codes_add", "codes_back" -> objects.add(item(leg.text(1)));
            case "follow" -> objects.add(transaction(leg.number(1)));
            default -> {}
        }
    }

    /** A card, by its ledger id. */
    public static String card(String id) {
        return "card:" + id;
    }

    /** A holder's account with all its balances and flags. */
    public static String account(String id) {
        return "account:" + id;
    }

    /** An item's units and codes. */
    public static String item(String sku) {
        return "item:" + sku;
    }

    static String transaction(long sequence) {
        return "transaction:" + sequence;
    }
}
