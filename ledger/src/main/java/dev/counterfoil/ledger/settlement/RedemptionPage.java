package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.JournaledTransaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param next where the next page begins, null on the last
 */
public record RedemptionPage(List<JournaledTransaction> transactions, RedemptionQuery.@Nullable Cursor next) {
    public RedemptionPage {
        transactions = List.copyOf(transactions);
    }
}
