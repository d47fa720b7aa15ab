package dev.counterfoil.ledger;

import java.util.List;

/**
 * Amounts that the legs after it pay between them, until a {@link PaidLeg}. The n-th leg whose amount is
 * {@link Price#DRAWN} gives what it has to the amounts that {@code payers.get(n)} names, in that order.
 *
 * @param amounts 1..64, each 1..2^53−1
 * @param payers for each payer the places, from 0, of the amounts it may pay
 */
public record DueLeg(List<Long> amounts, List<List<Integer>> payers) implements Leg {
    /** Bounds amounts, payers and places. */
    public static final int MOST = 64;

    public DueLeg {
        amounts = List.copyOf(amounts);
        payers = payers.stream().map(List::copyOf).toList();
        Amounts.within("amounts", amounts.size(), 1, MOST);
        Amounts.within("payers", payers.size(), 1, MOST);
        amounts.forEach(amount -> Amounts.positive("amount", amount));
        for (List<Integer> places : payers) {
            Amounts.within("places", places.size(), 1, MOST);
            int most = amounts.size() - 1;
            places.forEach(place -> Amounts.within("place", place, 0, most));
        }
    }
}
