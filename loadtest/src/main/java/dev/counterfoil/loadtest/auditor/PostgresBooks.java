package dev.counterfoil.loadtest.auditor;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All of a cell in PostgreSQL, from one snapshot.
 *
 * @param settledSequence the settler's cursor
 * @param cards by ledger id
 * @param holders balances of accounts, by {@code account:<asset>:<id>}, and what is held of them, by {@code held:<asset>:<id>}
 * @param units settled stock by item
 * @param poolSizes settled size of the code pool by item
 * @param codes by code id; those not yet in a pool are left out
 * @param transactions in the order of their sequence
 * @param postings in the order of sequence and n
 * @param mentions which cards a transaction touched, in the order of sequence and card
 */
record PostgresBooks(
        long epoch,
        long settledSequence,
        Map<String, IssuedCard> cards,
        Map<String, Long> holders,
        Map<String, Long> units,
        Map<String, Long> poolSizes,
        Map<String, Code> codes,
        Iterable<Settled> transactions,
        Iterable<SettledPosting> postings,
        Iterable<Mention> mentions) {

    /** {@code sequence} of the transaction that delivered it, null while it is in the pool. */
    record Code(String sku, String sealed, @Nullable Long sequence) {}

    /** A transaction; key and fingerprint in base64url, data and result as the bytes that stand there. */
    record Settled(
            long sequence,
            long atMs,
            String type,
            String client,
            String key,
            String fingerprint,
            @Nullable String account,
            @Nullable String reference,
            String data,
            String result) {}

    record SettledPosting(long sequence, long atMs, Posting posting) {}

    record Mention(long sequence, String card) {}

    static PostgresBooks empty() {
        return new PostgresBooks(
                1, 0, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), List.of(), List.of(), List.of());
    }
}
