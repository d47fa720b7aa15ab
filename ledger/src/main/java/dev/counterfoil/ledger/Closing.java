package dev.counterfoil.ledger;

/** How a hold ends. */
public enum Closing {
    /** 确认: before its deadline. */
    CAPTURE('c'),
    /** 释放: at any time while it is open. */
    RELEASE('r'),
    /** Its deadline has come. */
    EXPIRY('x');

    private final char letter;

    Closing(char letter) {
        this.letter = letter;
    }

    /** As the journal has it. */
    public char letter() {
        return letter;
    }
}
