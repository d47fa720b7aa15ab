package dev.counterfoil.ledger;

import java.util.Locale;

/** What a transaction is for. The lower-case name stands in the journal, in PostgreSQL and in answers. */
public enum TransactionType {
    /** 核销: a card pays for goods. */
    REDEMPTION,
    /** Cards come into being. */
    ISSUE,
    /** Stock or codes are added or taken away. */
    STOCKING,
    /** 冲正: an earlier transaction, or the issue of a card, is undone. */
    REVERSAL,
    /** A state or a balance is set right by hand. */
    ADJUSTMENT,
    /** 确认: what a hold set aside is spent, and the rest returns. */
    CAPTURE,
    /** 释放: what a hold set aside returns. */
    RELEASE,
    /** What a hold set aside returns because its deadline has come. */
    EXPIRY;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Whether it begins something. All others end what was begun, or set something right, such as freezing what was stolen. */
    public boolean begins() {
        return this == REDEMPTION || this == ISSUE || this == STOCKING;
    }

    public String label() {
        return label;
    }
}
