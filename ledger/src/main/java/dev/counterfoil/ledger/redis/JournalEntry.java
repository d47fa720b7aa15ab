package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import java.util.List;

/**
 * One entry of a cell's journal: the transactions that one call of {@code post.lua} posted.
 *
 * @param first sequence of the first of them; the others follow without a gap
 * @param texts data and result of each, in order: JSON
 */
public record JournalEntry(Cell cell, long first, List<Text> texts) {
    /** A transaction as it stands in the journal. */
    public record Text(String data, String result) {}

    public JournalEntry {
        texts = List.copyOf(texts);
    }

    /** The sequence of the last transaction. */
    public long last() {
        return first + texts.size() - 1;
    }
}
