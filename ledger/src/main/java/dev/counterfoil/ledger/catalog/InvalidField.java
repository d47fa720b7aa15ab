package dev.counterfoil.ledger.catalog;

/** A value that may not stand in the catalog. Says which field, by JSON pointer in the shape of the API, and what is expected. */
public final class InvalidField extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String pointer;
    private final String detail;

    /** @param pointer as {@code /prices/CNY}; @param detail value and expectation */
    public InvalidField(String pointer, String detail) {
        super(pointer + ": " + detail);
        this.pointer = pointer;
        this.detail = detail;
    }

    public String pointer() {
        return pointer;
    }

    public String detail() {
        return detail;
    }
}
