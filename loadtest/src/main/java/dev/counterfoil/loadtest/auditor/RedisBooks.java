package dev.counterfoil.loadtest.auditor;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All of a cell in Redis, taken while nothing was posted.
 *
 * @param nowMs Redis' clock after the last read
 * @param epoch 0 where the cell has none
 * @param sequence of the last transaction, 0 where there is none
 * @param cards by ledger id
 * @param holders balances of accounts, by {@code account:<asset>:<id>}, and what is held of them, by {@code held:<asset>:<id>}
 * @param openHolds sequences
 * @param units by item
 * @param pools by item, the next code first, each {@code <code id>:<sealed>}
 * @param quotas by what follows {@code :quota:}
 * @param records by idempotency key, in base64url
 * @param journal what has not been trimmed, in the stream's order
 * @param malformed keys that the auditor does not know or cannot read, and why
 */
record RedisBooks(
        long nowMs,
        long epoch,
        long sequence,
        Map<String, Card> cards,
        Map<String, Long> holders,
        Set<Long> openHolds,
        Map<String, Long> units,
        Map<String, List<String>> pools,
        Map<String, Long> quotas,
        Map<String, KeyRecord> records,
        List<Journaled> journal,
        List<String> malformed) {

    /**
     * What is remembered of an idempotency key.
     *
     * @param fingerprint in base64url
     * @param sequence of the transaction posted under the key, 0 = it was refused
     */
    record KeyRecord(String fingerprint, long sequence) {}

    /** A transaction in the journal, as the bytes that stand there. */
    record Journaled(long sequence, String data, String result) {}
}
