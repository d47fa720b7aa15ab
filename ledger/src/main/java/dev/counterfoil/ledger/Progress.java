package dev.counterfoil.ledger;

/** Hears how far long work is. Called often, on the thread that works; must not block. */
public interface Progress {
    /** Nobody listens. */
    Progress SILENT = (what, done, all) -> {};

    /**
     * @param what is being done, for people: {@code demo.0 cards}
     * @param done so far
     * @param all 0 where that is not known
     */
    void at(String what, long done, long all);
}
