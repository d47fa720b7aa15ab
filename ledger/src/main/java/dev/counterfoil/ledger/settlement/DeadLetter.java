package dev.counterfoil.ledger.settlement;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that is left out of the books for now.
 *
 * @param reason why; quotes nothing of the record
 * @param dependsOn sequence of the dead letter that it moves something in common with, null where it is refused itself
 * @param objects what it moves, as far as that can be read; see {@link TouchedObjects}
 */
record DeadLetter(
        JournalRecord record, String reason, @Nullable Long dependsOn, Set<String> objects) {
    long sequence() {
        return record.sequence();
    }
}
