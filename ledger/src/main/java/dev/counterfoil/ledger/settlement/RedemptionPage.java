package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.JournaledTransaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param next where the next page begins, null on the last
 */
public record RedemptionPage(List<Redemption> redemptions, RedemptionQuery.@Nullable Cursor next) {
    /** A redemption, and what became of it since. */
    public record Redemption(JournaledTransaction transaction, Became became) {}

    public RedemptionPage {
        redemptions = List.copyOf(redemptions);
    }
}
