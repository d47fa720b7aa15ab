package dev.counterfoil.ledger.settlement;

import dev.counterfoil.ledger.redis.JournalEntry;

/** A transaction as the journal holds it: its sequence and two JSON texts. */
record JournalRecord(long sequence, JournalEntry.Text text) {
    String data() {
        return text.data();
    }

    String result() {
        return text.result();
    }

    int characters() {
        return data().length() + result().length();
    }
}
