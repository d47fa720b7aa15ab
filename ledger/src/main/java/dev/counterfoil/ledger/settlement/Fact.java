package dev.counterfoil.ledger.settlement;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A journaled transaction, read as far as the books need it. */
record Fact(
        JournalRecord record,
        long atMs,
        String type,
        String client,
        byte[] idem,
        byte[] fingerprint,
        @Nullable String account,
        @Nullable String reference,
        List<LegValues> legs,
        List<LegValues> results) {
    long sequence() {
        return record.sequence();
    }
}
