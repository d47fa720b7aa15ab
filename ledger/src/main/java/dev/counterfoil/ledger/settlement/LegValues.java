package dev.counterfoil.ledger.settlement;

import java.util.List;

/** A leg, or what became of it, as the journal writes it: an array of texts and integers that begins with its kind or id. */
record LegValues(long sequence, List<Object> values) {
    String text(int index) {
        if (index < values.size() && values.get(index) instanceof String) {
            return (String) values.get(index);
        }
        throw JournalFault.malformed(sequence, "value " + index + " of a leg is not a text", null);
    }

    long number(int index) {
        if (index < values.size() && values.get(index) instanceof Long) {
            return (Long) values.get(index);
        }
        throw JournalFault.malformed(sequence, "value " + index + " of a leg is not an integer", null);
    }

    int size() {
        return values.size();
    }
}
